// What a shared game file imports: the schema, and the types that its helpers name.

export type { Command, Entity, EntityOptions, Event, Request } from './schema/entity.ts'
export { command, entity, event, request } from './schema/entity.ts'
export { type ErrorCode, TickwireError } from './schema/errors.ts'
export {
  angle,
  bool,
  data,
  type Field,
  type Fields,
  int,
  list,
  oneOf,
  type Quat,
  quat,
  ranged,
  ref,
  text,
  tick,
  type Values,
  type Vec2,
  type Vec3,
  vec2,
  vec3,
} from './schema/field.ts'
export {
  type AnyGame,
  type CommandOf,
  defineGame,
  type EventName,
  type EventOf,
  type Game,
  type MoveContext,
} from './schema/game.ts'
export type { ColumnPredictor, PredictedRows, Predictor } from './schema/predictor.ts'
export type { PlayerRef, ReadRow, ReadTable, Row, SeenRow, Table } from './schema/row.ts'
