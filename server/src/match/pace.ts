// When one player may get its next frame. Frames on their way are known by tick, size and time; an acknowledgement says
// what arrived and when, by the client's clock. From these come the delay of the path without a queue, the rate at which
// the link delivers, and so the time at which it will have delivered what it was given. The next frame goes when that is
// about a tick away: the link never idles, and what goes into it waits for one frame at most.
//
// Source: BBR (Cardwell, Cheng, Gunn, Yeganeh, Jacobson 2016): the best delivery rate of late, a gain that looks for
// more, and where no frame went through without a queue for long, a round without frames that finds the shortest delay.
// LEDBAT (RFC 6817): delays are one way, by the receiver's clock against the shortest of late, so a slow way back does
// not count. RFC 6298: how long an acknowledgement may take.
//
// A player is *narrow* while frames are held back for it, and for a second after. One who is not is sent every frame; a
// queue that grows makes it narrow. An acknowledgement that does not come may be a stall of either way, in which holding
// starves the screen: while few bytes are on their way frames go on, and that wait alone makes and keeps nobody narrow.
// No clock here: times are ms of any steady clock. Nothing is allocated after the constructor.

/** Frames on their way; more are not sent. */
const MAX_FRAMES = 256
/** While no more bytes are on their way, frames go before the first acknowledgement: a segment of TCP. */
const FIRST_BYTES = 1460
/** Who acknowledges the first frame in so long is not narrow to begin with. */
const FIRST_MS = 500

/** How much faster than it delivered the link is taken to be; more with each frame that waited for no other, up to twice. */
const GAIN = 1.05
/** No link is taken to be slower, bytes a ms, while the last frame did not wait long: what was held is no measure of it. */
const MIN_RATE = 2
const IDLE_GAIN = 1.2
const MAX_GAIN = 2
/** The delivery rate is taken over at least so long; how long the best one counts, and the memory of the mean. */
const SAMPLE_MS = 20
const RATE_MS = 500
const MEAN_MS = 150

/** For so long the shortest delay counts, while no frame went through without a queue: one that waited for less. */
const BASE_MS = 10_000
const NO_QUEUE_MS = 2
/** Two clocks run apart by so much, at most. */
const DRIFT = 0.0002
/** By so much, at most, a queue may be longer where delays vary. */
const MAX_JITTER_MS = 30
/** So many acknowledgements in a row that tell of a queue make a player narrow. */
const QUEUED_IN_A_ROW = 3
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
/** While acknowledgements are overdue no more than so many bytes get on their way. */
const MAX_BYTES = 48 * 1024
/** So few cost no link much, should it have become narrow: who keeps up gets each frame meanwhile, for up to PAUSE_MS. */
const FEW_BYTES = 4 * 1024

export class Pace {
  /** Since when it acknowledged nothing of what it was sent, ms; undefined: it owes nothing. */
  owesSince: number | undefined
  readonly #tickMs: number
  // A ring of the frames on their way, the oldest first.
  readonly #ticks = new Float64Array(MAX_FRAMES)
  readonly #sizes = new Float64Array(MAX_FRAMES)
  readonly #times = new Float64Array(MAX_FRAMES)
  #first = 0
  #count = 0
  /** Bytes on their way. */
  #bytes = 0
  #lastSentAt = 0
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
  /** The shortest delay of late, the size of its frame, and since when it counts. */
  #base = Number.NaN
  #baseSize = 0
  #baseAt = 0
  /** Bytes a ms. */
  #rate = 0
  #mean = 0
  #gain = MAX_GAIN
  /** Acknowledged and not yet in the rate. */
  #uncounted = 0
  #uncountedMs = 0
  /** The last one's queue, ms, whether that is long, and how many in a row were, each no shorter than the one before. */
  #queue = 0
  #isLong = false
  #queued = 0
  /** An acknowledgement was overdue: the next one tells whether the link stood still, or became narrow. */
  #isOverdue = false
  #cameLate = false
  #isNarrow = true
  /** When a frame was held back last; before the first acknowledgement nobody keeps up. */
  #heldAt = Number.POSITIVE_INFINITY
  /** What that was when something was acknowledged last. */
  #heldBefore = Number.POSITIVE_INFINITY

  /** @param tickRate ticks a second */
  constructor(tickRate: number) {
    this.#tickMs = 1000 / tickRate
  }

  /** A frame was written. */
  sent(tick: number, bytes: number, now: number): void {
    const at = (this.#first + this.#count) % MAX_FRAMES
    this.#ticks[at] = tick
    this.#sizes[at] = bytes
    this.#times[at] = now
    this.#count++
    this.#bytes += bytes
    this.#lastSentAt = now
    this.owesSince ??= now
  }

  /** Everything up to `tick` arrived; its own frame at `arrivedAt`, ms of the client's clock, its low 16 bits. */
  acked(tick: number, arrivedAt: number, now: number): void {
    if (this.#count === 0 || this.#ticks[this.#first] > tick) return
    const oldest = this.#times[this.#first]
    const oldestSize = this.#sizes[this.#first]
    const deliveredBefore = Math.max(oldest, this.#deliveredAt)
    let bytes = 0
    let size = 0
    let sentAt = 0
    for (; this.#count > 0 && this.#ticks[this.#first] <= tick; this.#count--) {
      size = this.#sizes[this.#first]
      sentAt = this.#times[this.#first]
      bytes += size
      this.#first = (this.#first + 1) % MAX_FRAMES
    }
    this.#bytes -= bytes
    this.owesSince = this.#count > 0 ? now : undefined
    const isFirst = Number.isNaN(this.#age)
    const jitter = Math.min(MAX_JITTER_MS, this.#ageSpread)
    this.#noteAge(now - oldest)
    // The clocks differ by anything: only how the difference changes is read. 16 bits are half a minute either way.
    const sent = Math.round(sentAt)
    const delay = this.#delay + (((arrivedAt - sent - this.#delay) << 16) >> 16)
    const arrived = sent + delay
    this.#heldBefore = this.#heldAt
    if (isFirst) {
      this.#heldBefore = this.#heldAt = now
      this.#isNarrow = now - oldest > FIRST_MS
      this.#rate = this.#mean = bytes / Math.max(1, now - oldest)
    } else if (this.#isSet(delay, now - sentAt)) {
      this.#base = Number.NaN
      this.#arrivedAt = arrived
    } else this.#noteRate(bytes, arrived - this.#arrivedAt)
    this.#base += DRIFT * (arrived - this.#arrivedAt)
    this.#noteBase(delay, size, now)
    this.#delay = delay
    this.#arrivedAt = arrived
    this.#deliveredAt = sentAt + delay - this.#base + this.#baseSize / this.#rate
    // Where one word is for several frames, the first of them waited for it.
    const deliveredFirst = oldest === sentAt ? this.#deliveredAt : deliveredBefore + oldestSize / this.#rate
    this.#noteLag(Math.max(0, now - Math.min(this.#deliveredAt, deliveredFirst)))
    this.#noteQueue(this.#deliveredAt - size / this.#rate - sentAt, jitter, now)
  }

  /** Whether a frame may go now. `isFull`: the transport has not taken yet what it was given. */
  takes(isFull: boolean, now: number): boolean {
    if (isFull || this.#count === MAX_FRAMES) this.#narrows(now)
    else if (this.#isDrained(now)) {
      if (now - this.#heldAt > KEEPS_UP_MS) this.#isNarrow = false
      return true
    }
    return false
  }

  /** What is on its way is of no use: nothing waits for it. */
  forget(): void {
    this.#count = 0
    this.#bytes = 0
  }

  /** Frames are held back from now on, until none was for a while. */
  #narrows(now: number): void {
    this.#rate = this.#mean
    this.#isNarrow = true
    this.#heldAt = now
  }

  /** Whether the link will have delivered what it was given, or about, when the next tick comes. */
  #isDrained(now: number): boolean {
    if (this.#count === 0) return true
    if (Number.isNaN(this.#age)) return this.#bytes < FIRST_BYTES
    const first = this.#times[this.#first]
    const waiting = now - first
    // It came late and what was sent next is not there yet: nothing stood still, it takes longer.
    if (this.#cameLate && this.#bytes > FEW_BYTES && waiting - this.#lag - 2 * this.#lagSpread > this.#tickMs)
      this.#narrows(now)
    this.#cameLate = false
    if (waiting > this.#age + Math.max(4 * this.#ageSpread, this.#tickMs + LATE_MS)) {
      // A stall, or a link that became narrow: ever fewer frames go into it, so that neither costs much.
      this.#isOverdue = true
      if (this.#bytes > FEW_BYTES) this.#heldAt = now
      if (!this.#isNarrow && this.#bytes < FEW_BYTES && waiting < PAUSE_MS) return true
      const every = this.#bytes < FEW_BYTES ? PROBE_MS : waiting < PAUSE_MS ? waiting / 2 : PAUSE_MS
      if (this.#bytes > MAX_BYTES || now - this.#lastSentAt < every) return false
      if (waiting > PAUSE_MS) return true
    }
    // Nothing went through without a queue for long: one round without frames shows what the path takes.
    if (now - this.#baseAt > BASE_MS) this.#narrows(now)
    if (!this.#isNarrow) return true
    const rate = Math.max(this.#rate * this.#gain, this.#isLong ? 0 : MIN_RATE)
    const size = this.#sizes[this.#first]
    let free = Math.max(this.#deliveredAt, first) + size / rate
    // It is not acknowledged: so it is not there, or was not a moment ago.
    free = Math.max(free, now - this.#lag - 2 * this.#lagSpread)
    const left = free + (this.#bytes - size) / rate - now
    if (left < this.#tickMs + Math.min(MAX_JITTER_MS, this.#ageSpread / 3) && now - this.#baseAt < BASE_MS) return true
    // Held for want of a word only, and little is on its way: that tells of no narrow link.
    this.#heldAt = this.#isOverdue && this.#bytes < FEW_BYTES ? this.#heldBefore : now
    return false
  }

  /** @param age how long the acknowledgement took, from when the oldest frame that it is for was sent, ms */
  #noteAge(age: number): void {
    if (Number.isNaN(this.#age)) {
      this.#age = age
      this.#ageSpread = age / 2
      return
    }
    // A pause is no measure of the next one.
    const isOver = this.#isOverdue && this.#count === 0
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

  /** @param ms the time in which so many bytes arrived, by the client's clock */
  #noteRate(bytes: number, ms: number): void {
    this.#uncounted += bytes
    this.#uncountedMs += Math.max(0, ms)
    if (this.#uncountedMs < SAMPLE_MS) return
    const isPause = this.#isOverdue && ms > PAUSE_MS
    // What a pause held back comes at once, and not at the rate of the link.
    const sample = isPause ? this.#rate : Math.min(this.#uncounted / this.#uncountedMs, 2 * this.#rate)
    if (isPause) this.#uncountedMs = 0
    this.#mean += (1 - Math.exp(-this.#uncountedMs / MEAN_MS)) * (sample - this.#mean)
    const faded = this.#rate + (1 - Math.exp(-this.#uncountedMs / RATE_MS)) * (this.#mean - this.#rate)
    this.#rate = Math.max(sample, this.#mean, faded)
    this.#uncounted = 0
    this.#uncountedMs = 0
  }

  /** Whether the client's clock was set: the frame took longer than its acknowledgement, or far less than any. */
  #isSet(delay: number, age: number): boolean {
    return delay - this.#base > age + this.#tickMs || this.#base - delay > PAUSE_MS
  }

  #noteBase(delay: number, size: number, now: number): void {
    const isOld = now - this.#baseAt > BASE_MS && this.#count === 0
    if (!Number.isNaN(this.#base) && delay > this.#base && !isOld) return
    this.#base = delay
    this.#baseSize = size
    this.#baseAt = now
  }

  /**
   * @param queued for how long the frame waited behind others, ms
   * @param jitter what acknowledgements varied by before this one, ms
   */
  #noteQueue(queued: number, jitter: number, now: number): void {
    this.#gain = queued < this.#tickMs / 2 ? Math.min(MAX_GAIN, this.#gain * IDLE_GAIN) : GAIN
    if (queued < NO_QUEUE_MS) this.#baseAt = now
    // More waits than was meant to: the best rate of late is no measure any more.
    if (queued > 3 * this.#tickMs) this.#rate = this.#mean
    // What a stall held back comes at once, each less late than the one before.
    this.#isLong = queued > 1.5 * this.#tickMs + 2 * jitter
    this.#queued = this.#isLong && queued > this.#queue - this.#tickMs / 4 ? this.#queued + 1 : 0
    this.#queue = queued
    // One is enough where it came late, and more is on its way: after a stall the later ones would have come with it.
    if (this.#queued >= (this.#isOverdue && this.#bytes > FIRST_BYTES ? 1 : QUEUED_IN_A_ROW)) this.#narrows(now)
    this.#cameLate = this.#isOverdue
    this.#isOverdue = false
  }
}
