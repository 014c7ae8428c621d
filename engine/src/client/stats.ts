// What a match measures, for a net graph.

import { ticksToMs } from '../time/tick.ts'

/** Read at any time; destructure it for a picture of now. */
export interface Stats {
  /** Round trip in ms: of pings, smoothed; while commands wait for a slow line, of the last of them that was answered. */
  readonly rtt: number
  /** How much later than the fastest frames arrive, ms, 95th percentile. */
  readonly jitter: number
  /** How far what is drawn of others trails the server, ms. */
  readonly delay: number
  /** How far ahead of the server commands are stamped, ticks. */
  readonly lead: number
  /** Bytes in the last second, without what the transport adds. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** How often the server's word changed what was predicted. */
  readonly corrections: number
  /** Ticks of the server that came merged with later ones, because the connection took less. */
  readonly skipped: number
  /** Commands that the connection never took. */
  readonly dropped: number
  /** Bytes that the connection has not taken yet. */
  readonly bufferedAmount: number
  /** True while commands wait for the connection to drain. */
  readonly congested: boolean
  /** How often a frame was of no use and a keyframe had to be asked for. */
  readonly resyncs: number
  /** Which of the server's tables frames are coded with: 0 the generic ones, 1 to 3 (they go round) learned ones. */
  readonly epoch: number
}

/** Where it is measured. */
export interface Gauges {
  readonly tickRate: number
  readonly roundTrip: { readonly ms: number }
  readonly serverClock: Pick<Stats, 'jitter'>
  /** Its delay is in ticks. */
  readonly interpolator: Pick<Stats, 'delay'>
  readonly commandClock: Pick<Stats, 'lead'>
  readonly line: Pick<Stats, 'bytesIn' | 'bytesOut' | 'bufferedAmount'>
  readonly predictor: Pick<Stats, 'corrections'>
  readonly receiver: Pick<Stats, 'skipped' | 'resyncs' | 'epoch'>
  readonly sender: Pick<Stats, 'dropped' | 'congested'> & { readonly took: number | undefined }
}

/** Reads as the gauges do at that moment. */
export function statsOf(gauges: Gauges): Stats {
  const { tickRate, roundTrip, serverClock, interpolator, commandClock, line, predictor, receiver, sender } = gauges
  return {
    get rtt() {
      return sender.took ?? roundTrip.ms
    },
    get jitter() {
      return serverClock.jitter
    },
    get delay() {
      return ticksToMs(interpolator.delay, tickRate)
    },
    get lead() {
      return commandClock.lead
    },
    get bytesIn() {
      return line.bytesIn
    },
    get bytesOut() {
      return line.bytesOut
    },
    get corrections() {
      return predictor.corrections
    },
    get skipped() {
      return receiver.skipped
    },
    get dropped() {
      return sender.dropped
    },
    get bufferedAmount() {
      return line.bufferedAmount
    },
    get congested() {
      return sender.congested
    },
    get resyncs() {
      return receiver.resyncs
    },
    get epoch() {
      return receiver.epoch
    },
  }
}
