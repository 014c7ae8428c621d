// How far a field of a decoded state may be off the simulation's own number, by format.

import { type Ship, STEP } from '../arena.ts'

/** The arena's own steps, rounded to the nearest; positions at the very edge are cut to the last one. */
export const STEP_PRECISION: Ship = {
  x: STEP.x,
  y: STEP.y,
  vx: STEP.vx / 2 + 1e-9,
  vy: STEP.vy / 2 + 1e-9,
  heading: STEP.heading / 2 + 1e-9,
  hull: 0,
}
export const COLYSEUS_FLOAT_PRECISION: Ship = {
  x: 2 ** -11,
  y: 2 ** -11,
  vx: 2 ** -14,
  vy: 2 ** -14,
  heading: 1e-4,
  hull: 0,
}
/** 16 bits of 4096 units, 8 bits of 960 units a second, 16 bits of a turn. */
export const COLYSEUS_QUANTIZED_PRECISION: Ship = {
  x: STEP.x / 2 + 1e-6,
  y: STEP.y / 2 + 1e-6,
  vx: 480 / 254 + 1e-6,
  vy: 480 / 254 + 1e-6,
  heading: Math.PI / 2 ** 15,
  hull: 0,
}
