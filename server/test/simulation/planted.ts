// Faults that are planted to see that a simulation finds what it is for. Each takes a part of the running system and makes
// it go wrong, as a slip of its author might; nothing in the product knows of them. plant() gives what takes it out again.

import { FrameWriter, planOf, type SnapshotBase, type Table } from '@tickwire/engine/wire'
import { EventQueue } from '../../../engine/src/client/event-queue.ts'
import { makeSnapshot } from '../../../engine/src/state/snapshot.ts'
import { Table as LiveTable } from '../../../engine/src/state/table.ts'
import { FrameReader } from '../../../engine/src/wire/frames.ts'
import { CommandBuffer } from '../../src/match/command-buffer.ts'
import { EventLog } from '../../src/match/event-log.ts'
import { Handout } from '../../src/match/handout.ts'
import { Learner } from '../../src/match/learner.ts'
import { LiveMatch } from '../../src/match/match.ts'
import { Movement } from '../../src/match/movement.ts'
import { Requests } from '../../src/match/requests.ts'
import { Seat } from '../../src/match/seat.ts'
import { Token } from '../../src/match/token.ts'
import { patch } from './observe.ts'
import { sea } from './world.ts'

type Plant = () => () => void

/** The same tick with other cells in a table. */
function changed(of: SnapshotBase, table: number, cells: SnapshotBase['tables'][number]['cells']): SnapshotBase {
  const all = of.tables.map((one, at) => (at === table ? cells : one.cells))
  return makeSnapshot(of.plan, of.tick, all, of.viewer)
}

const CRATES = planOf(sea).tables.findIndex(({ name }) => name === 'crate')

export const planted: Readonly<Record<string, Plant>> = {
  'a resumed client is sent a delta from what was written last, not from what it holds': () =>
    patch(
      Seat.prototype,
      'holds',
      (holds) =>
        function (this: Seat, have, snapshot) {
          const { sent } = this
          holds.call(this, have, snapshot)
          this.sent = sent
        }
    ),

  'a despawn is lost where a slot is not used again': () =>
    patch(
      FrameWriter.prototype,
      'shared',
      (shared) =>
        function (this: FrameWriter<never>, now, base, before, ...rest) {
          const was = base?.tables[CRATES]?.cells
          const { cells } = now.tables[CRATES] ?? {}
          const gone = was?.born.findIndex((born, slot) => slot < cells.size && born >= 0 && cells.born[slot] < 0) ?? -1
          if (base === undefined || gone < 0) return shared.call(this, now, base, before, ...rest)
          const born = cells.born.slice()
          born[gone] = was!.born[gone]
          const packed = cells.packed.map((column, at) =>
            column.length > 0 ? column.with(gone, was!.packed[at][gone]) : column
          )
          return shared.call(
            this,
            changed(now, CRATES, { ...cells, born, packed, count: cells.count + 1 }),
            base,
            before,
            ...rest
          )
        }
    ),

  'a frame is written into the bytes of the last one': () => {
    const buffer = new Uint8Array(1 << 20)
    return patch(
      FrameWriter.prototype,
      'shared',
      (shared) =>
        function (this: FrameWriter<never>, ...of) {
          const frame = shared.apply(this, of)
          buffer.set(frame)
          return buffer.subarray(0, frame.length)
        }
    )
  },

  'an id comes back: a slot is used again with the tick of its last row': () => {
    const last = new WeakMap<object, number>()
    const spawn = patch(
      LiveTable.prototype,
      'spawn',
      (spawn) =>
        function (this: LiveTable, values, owner) {
          const world = worlds.get(this)
          const tick = last.get(this)
          if (this.plan.name !== 'crate' || !world || tick === undefined) return spawn.call(this, values, owner)
          last.delete(this)
          const now = world.tick
          world.tick = tick
          const row = spawn.call(this, values, owner)
          world.tick = now
          return row
        }
    )
    const worlds = new WeakMap<object, { tick: number }>()
    const despawn = patch(
      LiveTable.prototype,
      'despawn',
      (despawn) =>
        function (this: LiveTable, row) {
          if (row && this.plan.name === 'crate') last.set(this, Math.floor((row.id - 1) / 2 ** 22))
          despawn.call(this, row)
        }
    )
    const step = patch(
      LiveMatch.prototype,
      'step',
      (step) =>
        function (this: LiveMatch) {
          const crates = (this.world as Record<string, unknown>).crate
          if (crates) worlds.set(crates as Table, this.world as never as { tick: number })
          step.call(this)
        }
    )
    return () => {
      spawn()
      despawn()
      step()
    }
  },

  'an acknowledgement of what was never sent is believed': () =>
    patch(
      LiveMatch.prototype,
      'commands',
      (commands) =>
        function (this: LiveMatch, seat, run) {
          seat.ack = Math.max(seat.ack, run.ack)
          commands.call(this, seat, run)
        }
    ),

  'an acknowledgement that comes late takes back a newer one': () =>
    patch(
      LiveMatch.prototype,
      'commands',
      (commands) =>
        function (this: LiveMatch, seat, run) {
          if (run.ack <= this.tick) seat.ack = run.ack
          commands.call(this, seat, run)
        }
    ),

  'a token stays good after it was used': () => {
    const used = new WeakMap<Token, Uint8Array[]>()
    const rotate = patch(
      Token.prototype,
      'rotate',
      (rotate) =>
        function (this: Token, accepted) {
          used.set(this, [...(used.get(this) ?? []), accepted])
          rotate.call(this, accepted)
        }
    )
    const accepts = patch(
      Token.prototype,
      'accepts',
      (accepts) =>
        function (this: Token, bytes) {
          return accepts.call(this, bytes) || (used.get(this) ?? []).some((one) => one.join() === bytes.join())
        }
    )
    return () => {
      rotate()
      accepts()
    }
  },

  'any token is good': () => patch(Token.prototype, 'accepts', () => (bytes) => bytes.length === 16),

  'events that were on their way are lost with the connection': () =>
    patch(
      Seat.prototype,
      'holds',
      (holds) =>
        function (this: Seat, have, snapshot) {
          const { known } = this
          holds.call(this, have, snapshot)
          this.known = Math.max(this.known, known)
        }
    ),

  'an event is told twice to who gets a keyframe': () =>
    patch(
      EventLog.prototype,
      'all',
      (all) =>
        function (this: EventLog, from, player) {
          const events = all.call(this, from, player)
          return [...events, ...events.slice(-1)]
        }
    ),

  'events of one tick swap places': () =>
    patch(
      EventQueue.prototype,
      'push',
      (push) =>
        function (this: EventQueue, events, tick) {
          push.call(this, events.length === 2 ? [events[1], events[0]] : events, tick)
        }
    ),

  'an event for one player is told to another': () =>
    patch(
      EventLog.prototype,
      'private',
      (own) =>
        function (this: EventLog, from, player) {
          return own.call(this, from, player === 2 ? 1 : player)
        }
    ),

  'a request that is asked again runs again': () =>
    patch(
      Requests.prototype,
      'ask',
      (ask) =>
        function (this: Requests<never>, seat, ...of) {
          seat.answers.clear()
          return ask.call(this, seat, ...of)
        }
    ),

  'a column for owners is sent to everybody': () => {
    const plan = planOf(sea).tables.find(({ name }) => name === 'ship')!
    const [leaked] = plan.owned
    const shared = plan.shared as number[]
    shared.push(leaked)
    return () => void shared.splice(shared.indexOf(leaked), 1)
  },

  'the hash of a frame is not compared': () =>
    patch(
      FrameReader.prototype,
      'read',
      (read) =>
        function (this: FrameReader<never>, ...of) {
          return { ...read.apply(this, of), sound: true }
        }
    ),

  'a command counts again some ticks later': () =>
    patch(
      CommandBuffer.prototype,
      'put',
      (put) =>
        function (this: CommandBuffer, run, now) {
          put.call(this, run, now)
          put.call(this, { ...run, first: run.first + 6 }, now)
        }
    ),

  'a tick moves everybody twice now and then': () =>
    patch(
      Movement.prototype,
      'run',
      (run) =>
        function (this: Movement, tick, ...of) {
          run.call(this, tick, ...of)
          if (tick % 100 === 99) run.call(this, tick, ...of)
        }
    ),

  'a keyframe lacks a table': () =>
    patch(
      FrameWriter.prototype,
      'shared',
      (shared) =>
        function (this: FrameWriter<never>, now, base, ...rest) {
          const cells = now.tables[CRATES]?.cells
          if (base || !cells || now.plan.game !== sea) return shared.call(this, now, base, ...rest)
          const born = cells.born.slice().fill(-1)
          return shared.call(this, changed(now, CRATES, { ...cells, born, count: 0 }), base, ...rest)
        }
    ),

  'frames go on with a prior that their reader gave up': () => {
    const keeps = patch(Learner.prototype, 'keeps', () => () => true)
    const answer = patch(
      Handout.prototype,
      'answer',
      (answer) =>
        function (this: Handout, epoch) {
          const { held } = this
          const isGood = answer.call(this, epoch)
          this.held = held ?? this.held
          return isGood
        }
    )
    return () => {
      keeps()
      answer()
    }
  },

  'a frame carries the private chunk of another player': () =>
    patch(
      FrameWriter.prototype,
      'head',
      (head) =>
        function (this: FrameWriter<never>, own, length) {
          return head.call(this, own.snapshot.tick % 50 === 49 ? { ...own, player: 1 } : own, length)
        }
    ),
}
