// Kinds of field that take several columns.

import type { FieldKind } from './field.ts'

/** What a vector or a rotation is made of, in the order of its columns. */
export const PARTS: Readonly<Record<'vec2' | 'vec3' | 'quat', readonly string[]>> &
  Partial<Record<FieldKind, readonly string[]>> = {
  vec2: ['x', 'y'],
  vec3: ['x', 'y', 'z'],
  quat: ['x', 'y', 'z', 'w'],
}
