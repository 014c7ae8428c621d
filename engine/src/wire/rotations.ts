// What a frame says of rotations must be rotations, so that no rule and no screen meets another length than 1. Whatever
// part of a frame they came in, they are checked where a snapshot's columns are complete.

import { fail } from '../schema/errors.ts'
import { isRotation } from '../schema/rotation.ts'
import type { SnapshotBase } from '../state/snapshot.ts'

/** @throws ERR_FRAME_INVALID for a rotation whose three components are longer than it */
export function checkRotations({ tables }: SnapshotBase): void {
  for (const { plan, cells } of tables)
    for (const { name, shape, column } of plan.layout.rotations) {
      const { born, ints, size } = cells
      const [a, b, c] = [1, 2, 3].map((part) => (column + part) * size)
      for (let slot = 0; slot < size; slot++)
        if (born[slot] >= 0 && !isRotation(ints[a + slot], ints[b + slot], ints[c + slot], shape.max))
          fail('ERR_FRAME_INVALID', `${plan.name}.${name} is no rotation`)
    }
}
