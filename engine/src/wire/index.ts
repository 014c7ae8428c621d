// The codec by itself, as benchmarks and tools use it: no sockets, no clock. Below the line: what the server and other
// hosts are built from; it may change with any version.

export type { Snapshot } from '../state/snapshot.ts'
export { type ReadWorld, World, type WorldOptions } from '../state/world.ts'
export { readChunkHeader } from './chunk.ts'
export {
  type DecoderOptions,
  DeltaDecoder,
  DeltaEncoder,
  type EncoderOptions,
} from './encoder.ts'
export { explain } from './explain.ts'
export type { Aim } from './fit.ts'
export type { Cost, CostKind } from './ledger.ts'
export { Prior } from './prior.ts'
export { packPrior } from './prior-packing.ts'
export { RecordingWriter, readRecording } from './recording.ts'
export { Trainer, type TrainOptions, trainPrior } from './training.ts'

// ---------------------------------------------------------------------------------------------------------------------

export { checkKnown, type ErrorCode, fail, TickwireError } from '../schema/errors.ts'
export { type GamePlan, hex, type Kind, planOf, type TablePlan } from '../schema/game.ts'
export { Copies } from '../state/copies.ts'
export { History } from '../state/history.ts'
export { bornOfId } from '../state/ids.ts'
export { Random } from '../state/random.ts'
export { RowBase } from '../state/row.ts'
export { MAX_EXTRAPOLATION_MS, Sample } from '../state/sample.ts'
export { SnapshotBase } from '../state/snapshot.ts'
export type { Table } from '../state/table.ts'
export { WorldBase } from '../state/world.ts'
export { Stepper } from '../time/stepper.ts'
export { BitReader, BitWriter } from './bits.ts'
export { type CommandRun, MAX_RUN, readCommands, writeCommands } from './commands.ts'
export { FrameWriter, SHARED_PREFIX, type WireEvent } from './frames.ts'
export { FRAME_KIND, type FrameKind, kindOf, MAX_FRAME_BYTES, PROTOCOL_VERSION, RESYNC_REASON } from './kinds.ts'
export {
  type Answer,
  ASK_EVENT,
  type Ask,
  type EndCode,
  errorAnswer,
  FIRST_ANSWER_EVENT,
  FIRST_ASK,
  type PlayerInfo,
  packAnswer,
  packTell,
  TELL_EVENT,
  type Tell,
  unpackAsk,
} from './messages.ts'
export { Decoder, Encoder, FRAME_EVENT, parser } from './parser.ts'
export { neutralRecord, packRecord, settleRecord, unpackRecord, type Values } from './record.ts'
