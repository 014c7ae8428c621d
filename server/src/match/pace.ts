// When one player may get its next frame. Frames on their way are known by tick, size and time; an acknowledgement says
// what arrived and when, by the client's clock. From these come the delay of the path without a queue, the rate at which
// the link delivers, and so the time at which it will have delivered what it was given. The next frame goes when that is
// about a tick away: the link never idles, and what goes into it waits for one frame at most.
//
// Source: BBR (Cardwell, Cheng, Gunn, Yeganeh, Jacobson 2016): the shortest delay and the delivery rate of late, and where
// no frame went through without a queue for long, a round without frames that finds the shortest delay. The rate is that
// of the time in which the link was busy, so that it needs no gain that looks for more. LEDBAT (RFC 6817): delays are one
// way, by the receiver's clock against the shortest of late, so a slow way back does not count. RFC 6298: how long an
// acknowledgement may take.
//
// A player is *narrow* while frames are held back for it, and for a second after. One who is not is sent every frame; a
// queue that grows makes it narrow. An acknowledgement that does not come may be a stall of either way, in which holding
// starves the screen: while few bytes are on their way frames go on, and that wait alone makes and keeps nobody narrow. Nor
// does what an uneven line makes late by itself (swing.ts).
// No clock here: times are ms of any steady clock.

import { DeliveryRate } from './delivery-rate.ts'
import { InFlight } from './in-flight.ts'
import { LongerWay } from './longer-way.ts'
import { Swing } from './swing.ts'

/** Frames on their way; more are not sent. */
const MAX_FRAMES = 256
/** While no more bytes are on their way, frames go before the first acknowledgement: a segment of TCP. */
const FIRST_BYTES = 1460
/** Who acknowledges the first frame in so long is not narrow to begin with. */
const FIRST_MS = 500

/** A frame goes so long before the link is done with the last: less leaves it idle, more makes a queue. */
const AHEAD_TICKS = 0.75
/** The link is taken to be faster with each frame that waited for no other, up to twice: the shortest delay may be wrong. */
const IDLE_GAIN = 1.05
const MAX_GAIN = 2

/**
 * For so long the shortest delay counts, while no frame went through without a queue: one that waited for less than this,
 * and, for a player who is not narrow, NO_QUEUE times what delays vary by.
 */
const BASE_MS = 10_000
const NO_QUEUE_MS = 2
const NO_QUEUE = 1.5
/** A way that was found to be longer is for sure when no queue grew for so long. */
const SURE_MS = 2000
/** Two clocks run apart by so much, at most. */
const DRIFT = 0.0002
/** By so much, at most, a queue may be longer where delays vary. */
const MAX_JITTER_MS = 30
/** What a narrow link takes for a frame by itself is known but for this share of it. */
const OWN_ERROR = 0.25
/** So many acknowledgements in a row that tell of a queue make a player narrow. */
const QUEUED_IN_A_ROW = 3
/** Where a tick takes so long two do, and a queue is long when it takes no longer than this, ms. */
const LONG_TICK_MS = 40
/** Acknowledgements until it is known by how much delays vary. */
const SURE = 16
/** A player for whom nothing was held for so long is narrow no more. */
const KEEPS_UP_MS = 1000

/** An acknowledgement is overdue where it is later than usual by so much and a tick, or four times what they vary by. */
const LATE_MS = 20
/** What an overdue one counts for, at most, unless they take longer: a page that is not drawn gives one in 100 ms. */
const MAX_USUAL_MS = 200
/** While few bytes are on their way, a frame goes so often all the same: what comes after the wait is then new. */
const PROBE_MS = 200
/** A wait of so long is a pause: then a frame goes now and then, to be answered. */
const PAUSE_MS = 1000
/** Until then one goes when none went for this share of the wait. */
const SPREAD = 0.6
/** While acknowledgements are overdue no more than so many bytes get on their way. */
const MAX_BYTES = 48 * 1024
/** So few cost no link much, should it have become narrow: who keeps up gets each frame meanwhile, for up to PAUSE_MS. */
const FEW_BYTES = 1024
/** Of small frames twice as many: what such a stream needs of a link is little. */
const SMALL_FRAME = 128

export class Pace {
  /** Since when it acknowledged nothing of what it was sent, ms; undefined: it owes nothing. */
  owesSince: number | undefined
  readonly #tickMs: number
  /** It did over the connection before: that the first acknowledgement takes long is the end of the stall that cut that. */
  readonly #keptUp: boolean = false
  readonly #sent = new InFlight()
  #lastSentAt = 0
  /** When the last acknowledgement came, and what usually passes between two, ms. */
  #ackedAt = Number.NaN
  #ackGap = 0
  /** The last one told a player who keeps up of a long queue, out of the blue. */
  #isAlarmed = false
  /** How long an acknowledgement takes from the sending: mean and mean deviation, ms. */
  #age = Number.NaN
  #ageSpread = 0
  /** The same from the time at which the link had delivered the frame. */
  #lag = Number.NaN
  #lagSpread = 0
  /** Of what was acknowledged last: its delay by two clocks, and when it arrived by that of the client. */
  #delay = 0
  #arrivedAt = 0
  /** When the link had delivered it: with no way to go. */
  #deliveredAt = Number.NEGATIVE_INFINITY
  /** The shortest delay of late, what of it its frame took on the link by its size, and since when it counts. */
  #base = Number.NaN
  #baseSize = 0
  #baseOwn = 0
  #baseAt = 0
  readonly #rate = new DeliveryRate()
  /** When a frame was sent while no other was on its way. */
  #aloneAt = Number.NaN
  /** How much faster than that it is taken to be. */
  #gain = 1
  /** By how much delays vary from one to the next while there is no queue, ms. */
  #jitter = MAX_JITTER_MS
  readonly #swing: Swing
  /** Of what is known of it: grows with each acknowledgement, to `SURE`. */
  #weight = 1
  /** The last one's queue, ms, and how many in a row were long, each no shorter than the one before. */
  #queue = 0
  #queued = 0
  /** An acknowledgement was overdue: the next one tells whether the link stood still, or became narrow. */
  #isOverdue = false
  /** The last one was, or it told a player who was not narrow of a long queue. */
  #cameLate = false
  #isNarrow = true
  /** Since when it is. */
  #narrowAt = Number.NEGATIVE_INFINITY
  readonly #way: LongerWay
  /** When the way was found to be longer, and the shortest delay before that. */
  #longerAt = Number.NEGATIVE_INFINITY
  #shorter = 0
  /** When a frame was held back last; before the first acknowledgement nobody keeps up. */
  #heldAt = Number.POSITIVE_INFINITY
  /** What that was when something was acknowledged last. */
  #heldBefore = Number.POSITIVE_INFINITY

  /** @param tickRate ticks a second; @param before of the player's last connection */
  constructor(tickRate: number, before?: Pace) {
    this.#tickMs = 1000 / tickRate
    this.#way = new LongerWay(this.#tickMs)
    this.#swing = new Swing(this.#tickMs)
    // Where that one heard nothing, either, it is as with the one before it.
    if (before) this.#keptUp = Number.isNaN(before.#age) ? before.#keptUp : !before.#isNarrow
  }

  /** A frame was written. */
  sent(tick: number, bytes: number, now: number): void {
    if (this.#sent.count === 0) this.#aloneAt = now
    this.#sent.push(tick, bytes, now)
    this.#lastSentAt = now
    this.owesSince ??= now
  }

  /** Everything up to `tick` arrived; its own frame at `arrivedAt`, ms of the client's clock, its low 16 bits. */
  acked(tick: number, arrivedAt: number, now: number): void {
    const frames = this.#sent.upTo(tick)
    if (frames === 0) return
    const oldest = this.#sent.timeOf(0)
    const oldestSize = this.#sent.sizeOf(0)
    const size = this.#sent.sizeOf(frames - 1)
    const sentAt = this.#sent.timeOf(frames - 1)
    const deliveredBefore = Math.max(oldest, this.#deliveredAt)
    const isFirst = Number.isNaN(this.#age)
    const isRound = sentAt === this.#aloneAt && now - this.#baseAt > BASE_MS
    const own = size / this.#rate.bytesPerMs
    this.#noteAge(now - oldest, frames)
    // The clocks differ by anything: only how the difference changes is read. 16 bits are half a minute either way.
    const sent = Math.round(sentAt)
    const delay = this.#delay + (((arrivedAt - sent - this.#delay) << 16) >> 16)
    const arrived = sent + delay
    this.#heldBefore = this.#heldAt
    if (!isFirst) this.#ackGap += (Math.min(now - this.#ackedAt, MAX_USUAL_MS) - this.#ackGap) / 8
    this.#ackedAt = now
    if (isFirst) {
      this.#heldBefore = this.#heldAt = now
      this.#isNarrow = !this.#keptUp && now - oldest > FIRST_MS
      this.#narrowAt = now
      this.#rate.begins(size, Math.max(1, now - oldest))
    } else if (this.#isSet(delay, now - sentAt)) this.#base = Number.NaN
    // The rate of the round without frames would be by the shortest delay that it is to correct; a stall tells of none.
    else if (!isRound && !(this.#isOverdue && this.#isLittle)) {
      const varies = Math.max(2 * this.#jitter, this.#swing.ms)
      this.#rate.note(this.#sent, frames, arrived, this.#arrivedAt, this.#path, varies)
    }
    this.#sent.shift(frames)
    this.owesSince = this.#sent.count > 0 ? now : undefined
    if (!this.#noteWay(delay, size, own, sentAt === this.#aloneAt, now))
      this.#noteBase(delay, size, arrived, isRound, now)
    const isAlone = sentAt + this.#path > this.#arrivedAt
    const behind = Math.max(0, this.#deliveredAt - sentAt)
    this.#swing.passed(arrived - this.#arrivedAt)
    this.#delay = delay
    this.#arrivedAt = arrived
    this.#deliveredAt = sentAt + delay - this.#path
    // Where one word is for several frames, the first of them waited for it.
    const deliveredFirst = frames === 1 ? this.#deliveredAt : deliveredBefore + oldestSize / this.#rate.bytesPerMs
    this.#noteLag(Math.max(0, now - Math.min(this.#deliveredAt, deliveredFirst)))
    const took = size / this.#rate.bytesPerMs
    const queued = Math.max(0, this.#deliveredAt - took - sentAt)
    // Until the rate is known a queue seems to drain faster than it does.
    this.#swing.came(queued, this.#isNarrow || this.#weight < SURE ? 0 : behind)
    if (this.#isNarrow && isAlone && now - this.#narrowAt > SURE_MS) this.#swing.rose(queued - OWN_ERROR * took)
    this.#noteQueue(queued, isAlone, now)
  }

  /**
   * Whether a frame may go now. `isFull`: the transport has not taken yet what it was given. `isPolled`: over long-polling,
   * whether a poll waits, which tells sooner than an acknowledgement that all has arrived.
   */
  takes(isFull: boolean, now: number, isPolled?: boolean): boolean {
    if (isFull || this.#sent.count === MAX_FRAMES) this.#narrows(now)
    else if (isPolled !== undefined) return isPolled
    else if (this.#isDrained(now)) {
      if (now - this.#heldAt > KEEPS_UP_MS) this.#isNarrow = false
      return true
    }
    return false
  }

  /** For how long a link that is narrow is busy with so many bytes, ms; 0: it keeps up. */
  busyFor(bytes: number): number {
    return this.#isNarrow && !Number.isNaN(this.#age) ? bytes / this.#rate.bytesPerMs : 0
  }

  /** What is on its way is of no use: nothing waits for it. */
  forget(): void {
    this.#way.forget()
    this.#aloneAt = Number.NaN
    this.#sent.clear()
  }

  /** Whether little is on its way. */
  get #isLittle(): boolean {
    const size = this.#sent.sizeOf(0)
    return this.#sent.bytes < (size > SMALL_FRAME ? FEW_BYTES : 2 * FEW_BYTES)
  }

  /** The delay of nothing on an idle link, by two clocks. */
  get #path(): number {
    return this.#base - this.#baseOwn
  }

  /** Frames are held back from now on, until none was for a while. */
  #narrows(now: number): void {
    if (!this.#isNarrow) this.#narrowAt = now
    this.#isNarrow = true
    this.#heldAt = now
  }

  /** Whether the link will have delivered what it was given, or about, when the next tick comes. */
  #isDrained(now: number): boolean {
    if (this.#sent.count === 0) return true
    if (Number.isNaN(this.#age)) return this.#sent.bytes < FIRST_BYTES
    const first = this.#sent.timeOf(0)
    const waiting = now - first
    // It came late and what was sent next is not there yet: nothing stood still, it takes longer.
    if (this.#cameLate && !this.#isLittle && waiting - this.#lag - 2 * this.#lagSpread > this.#tickMs)
      this.#narrows(now)
    this.#cameLate = false
    // Little is on its way, one came late, and what went a tick later does not come: in a stall it would have come with it.
    if (this.#isAlarmed && now - this.#ackedAt > 3 * (this.#tickMs + this.#jitter + this.#ackGap)) this.#narrows(now)
    if (waiting > this.#age + Math.max(4 * this.#ageSpread, this.#tickMs + LATE_MS)) {
      // A stall, or a link that became narrow: ever fewer frames go into it, so that neither costs much.
      this.#isOverdue = true
      if (!this.#isLittle) this.#heldAt = now
      if (!this.#isNarrow && this.#isLittle && waiting < PAUSE_MS) return true
      const every = waiting > PAUSE_MS ? PAUSE_MS : this.#isLittle ? PROBE_MS : waiting * SPREAD
      if (this.#sent.bytes > MAX_BYTES || now - this.#lastSentAt < every) return false
      if (waiting > PAUSE_MS) return true
    }
    if (this.#way.isAsked) {
      this.#heldAt = now
      return false
    }
    // Nothing went through without a queue for long: one round without frames shows what the path takes.
    if (now - this.#baseAt > BASE_MS) this.#narrows(now)
    if (!this.#isNarrow) return true
    const size = this.#sent.sizeOf(0)
    const rate = this.#rate.bytesPerMs * this.#gain
    let free = Math.max(this.#deliveredAt, first) + size / rate
    // It is not acknowledged: so it is not there, or was not a moment ago.
    free = Math.max(free, now - this.#lag - 2 * this.#lagSpread)
    const left = free + (this.#sent.bytes - size) / rate - now
    // What a frame may be late by itself is no queue.
    const spare = Math.max(this.#swing.ms, Math.min(this.#jitter, this.#tickMs / 2))
    if (left < AHEAD_TICKS * this.#tickMs + spare && now - this.#baseAt < BASE_MS) return true
    // Held for want of a word only, and little is on its way: that tells of no narrow link.
    this.#heldAt = this.#isOverdue && this.#isLittle ? this.#heldBefore : now
    return false
  }

  /**
   * @param age how long the acknowledgement took, from when the oldest frame that it is for was sent, ms
   * @param frames how many it is for
   */
  #noteAge(age: number, frames: number): void {
    if (Number.isNaN(this.#age)) {
      this.#age = age
      this.#ageSpread = age / 2
      return
    }
    // A pause is no measure of the next one.
    const isOver = this.#isOverdue && this.#sent.count === frames
    const usual = Math.min(age, Math.max(MAX_USUAL_MS, isOver ? this.#age : 3 * this.#age))
    this.#ageSpread += (Math.abs(usual - this.#age) - this.#ageSpread) / 4
    this.#age += (usual - this.#age) / 8
  }

  /** @param lag how long the acknowledgement took, from when the link had delivered the frame, ms */
  #noteLag(lag: number): void {
    if (Number.isNaN(this.#lag)) this.#lag = lag
    const usual = this.#isOverdue ? Math.min(lag, Math.max(this.#lag, MAX_USUAL_MS)) : lag
    this.#lagSpread += (Math.abs(usual - this.#lag) - this.#lagSpread) / 8
    this.#lag += (usual - this.#lag) / 8
  }

  /** Whether the client's clock was set: the frame took longer than its acknowledgement, or far less than any. */
  #isSet(delay: number, age: number): boolean {
    return delay - this.#base > age + this.#tickMs || this.#base - delay > PAUSE_MS
  }

  /**
   * Where the way became longer the shortest delay is another, and nothing tells of a narrow link.
   * @param own how long the link took for the frame itself, by the rate of those before it, ms
   */
  #noteWay(delay: number, size: number, own: number, isAlone: boolean, now: number): boolean {
    const within = this.#tickMs / 2 + 3 * this.#jitter
    const mayBegin = !this.#isNarrow && this.#weight === SURE
    const late = delay - this.#path
    const longer = this.#way.arrived(late, this.#tickMs + within, within, mayBegin, isAlone ? own : undefined)
    if (longer === undefined) return false
    this.#longerAt = now
    this.#shorter = this.#path
    this.#base = this.#path + longer
    this.#baseSize = size
    this.#baseOwn = 0
    this.#baseAt = now
    this.#rate.begins(size, this.#tickMs / 2)
    this.#isNarrow = false
    this.#queued = 0
    this.#swing.forget()
    return true
  }

  /** Frames wait for each other. Where the way was found to be longer just now, it was that all along. */
  #crowds(now: number): void {
    if (!this.#isNarrow && now - this.#longerAt < SURE_MS) {
      this.#base = this.#shorter
      this.#baseOwn = 0
    } else if (!this.#isNarrow) this.#way.ask(this.#delay - this.#path)
    this.#narrows(now)
  }

  /**
   * What a frame took on the link by its size is the least that the rate of late makes it. That is the rate with nothing
   * off: with it the way would seem longer with every frame that found the link idle, the rate higher, and so on.
   * @param isRound it was alone in a round without frames
   */
  #noteBase(delay: number, size: number, arrived: number, isRound: boolean, now: number): void {
    this.#base += DRIFT * (arrived - this.#arrivedAt)
    const { msPerByte } = this.#rate
    if (Number.isNaN(this.#base) || delay <= this.#base || isRound) {
      this.#base = delay
      this.#baseSize = size
      this.#baseOwn = size * msPerByte
      this.#baseAt = now
    } else this.#baseOwn = Math.min(this.#baseOwn, this.#baseSize * msPerByte)
  }

  /**
   * @param queued for how long the frame waited behind others, ms
   * @param isAlone it was sent when all others had arrived: its delay varies by itself
   */
  #noteQueue(queued: number, isAlone: boolean, now: number): void {
    // On a narrow link hardly a frame is alone, so that what delays vary by is not known: it would hide a queue that stands.
    if (queued < NO_QUEUE_MS + (this.#isNarrow ? 0 : Math.max(NO_QUEUE * this.#jitter, this.#swing.ms / 2)))
      this.#baseAt = now
    // What a stall held back comes at once, each less late than the one before.
    const jitter = this.#weight < SURE ? MAX_JITTER_MS : this.#jitter
    const isLong = queued > Math.min(1.5 * this.#tickMs, LONG_TICK_MS) + Math.max(3 * jitter, this.#swing.ms)
    this.#queued = isLong && queued > this.#queue - this.#tickMs / 4 ? this.#queued + 1 : 0
    // Of frames that wait for each other nothing is to be seen of it.
    if (isAlone || (!this.#isNarrow && this.#queued === 0))
      this.#jitter += (Math.min(MAX_JITTER_MS, Math.abs(queued - this.#queue)) - this.#jitter) / this.#weight
    this.#gain = queued < this.#tickMs / 2 + jitter ? Math.min(MAX_GAIN, this.#gain * IDLE_GAIN) : 1
    this.#queue = queued
    this.#weight = Math.min(SURE, this.#weight + 1)
    // One is enough where it came late, and more is on its way: after a stall the later ones would have come with it.
    const inARow = this.#tickMs < LONG_TICK_MS ? QUEUED_IN_A_ROW : QUEUED_IN_A_ROW - 1
    if (!this.#way.isOpen && this.#queued >= (this.#isOverdue && this.#sent.bytes > FIRST_BYTES ? 1 : inARow))
      this.#crowds(now)
    this.#isAlarmed = isLong && !this.#isNarrow && this.#queued === 1 && !this.#way.isGrowing
    this.#cameLate = this.#isOverdue || (isLong && !this.#isNarrow)
    this.#isOverdue = false
  }
}
