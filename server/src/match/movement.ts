// The game's `move` for every row of a match, once a tick, table by table. Each row sees the world of the tick before, so their
// order tells nothing; what they spawn comes when all have moved.

import {
  fail,
  type GamePlan,
  type RowBase,
  type SnapshotBase,
  type Table,
  type Values,
  WorldBase,
} from '@tickwire/engine/wire'
import type { MoveCheck } from './move-check.ts'
import type { Player } from './rules.ts'

export interface MovementSetup {
  readonly plan: GamePlan
  readonly tables: readonly Table[]
  readonly neutral: Values
  readonly check: MoveCheck | undefined
  readonly playerOf: (id: number) => Player | undefined
  /** `owner`: the player whose client may have foreseen it. */
  readonly emit: (event: string, values: Values, owner: number | undefined) => void
}

export class Movement {
  readonly #setup: MovementSetup
  /** What `move` is given; one for all ticks. */
  readonly #context: { tick: number }
  /** Rows that `move` spawned for a player: its client predicts them. */
  readonly #spawnedAhead = new WeakSet<RowBase>()
  #spawns: (() => void)[] = []
  #before: SnapshotBase | undefined
  /** That as everybody may know it, once a `move` of this tick looked. */
  #seen: SnapshotBase | undefined
  /** The row that moves, and whose it is. */
  #moved: RowBase | undefined
  #owner: Player | undefined
  #isForeseen = false

  constructor(setup: MovementSetup) {
    this.#setup = setup
    const seen = () => this.#look()
    this.#context = {
      dt: 1 / setup.plan.game.tickRate,
      tick: 0,
      get state() {
        return seen().state
      },
      get world() {
        return seen()
      },
      spawn: (entity: string, values: Values) => {
        const owner = this.#owner
        this.#spawns.push(() => this.#spawn(entity, values, owner))
      },
      emit: (event: string, values: Values) => {
        const isForeseen = this.#isForeseen || this.#spawnedAhead.has(this.#moved!)
        setup.emit(event, values, isForeseen ? this.#owner?.id : undefined)
      },
    } as { tick: number }
  }

  /** `before`: the world of the tick before, if there was one. */
  run(tick: number, before: SnapshotBase | undefined, commands: ReadonlyMap<Player, Values>): void {
    const { tables, neutral, check, playerOf } = this.#setup
    const context = this.#context
    context.tick = tick
    this.#before = before
    this.#seen = undefined
    for (const table of tables) {
      const { move, predict } = table.plan
      if (!move) continue
      this.#isForeseen = predict !== 'none'
      for (const row of table) {
        const owner = row.owner === undefined ? undefined : playerOf(row.owner)
        this.#moved = row
        this.#owner = owner
        const given = (owner && commands.get(owner)) ?? neutral
        const command = predict === 'everyone' && row.owner === undefined ? undefined : given
        if (check) check.move(table, row, command, context)
        else move(row, command, context)
      }
    }
    if (this.#spawns.length > 0) {
      for (const spawn of this.#spawns) spawn()
      this.#spawns = []
    }
    check?.end()
  }

  #look(): SnapshotBase {
    this.#seen ??= this.#before?.toSeen() ?? emptyWorld(this.#setup.plan)
    return this.#seen
  }

  #spawn(entity: string, values: Values, owner: Player | undefined): void {
    const { tables, plan } = this.#setup
    const table = tables.find((one) => one.plan.name === entity && one.plan !== plan.state)
    if (!table) fail('ERR_USAGE', `spawn('${entity}'): the game has no such entity`)
    const row = table.spawn(values, owner)
    if (owner) this.#spawnedAhead.add(row)
  }
}

const empties = new WeakMap<GamePlan, SnapshotBase>()
/** Before the first tick there is nothing to see. */
function emptyWorld(plan: GamePlan): SnapshotBase {
  const empty = empties.get(plan) ?? (new WorldBase(plan.game).snapshot() as SnapshotBase)
  empties.set(plan, empty)
  return empty.seen
}
