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
  /** Rows that `move` spawned for a player: its client predicts them. */
  readonly #spawnedAhead = new WeakSet<RowBase>()

  constructor(setup: MovementSetup) {
    this.#setup = setup
  }

  /** `before`: the world of the tick before, if there was one. */
  run(tick: number, before: SnapshotBase | undefined, commands: ReadonlyMap<Player, Values>): void {
    const { plan, tables, neutral, check, playerOf, emit } = this.#setup
    const seen = before ?? emptyWorld(plan)
    const spawns: (() => void)[] = []
    let moved: RowBase
    let owner: Player | undefined
    let isForeseen = false
    const context = {
      dt: 1 / plan.game.tickRate,
      tick,
      state: seen.state,
      world: seen,
      spawn: (entity: string, values: Values) => {
        const by = owner
        spawns.push(() => this.#spawn(entity, values, by))
      },
      emit: (event: string, values: Values) =>
        emit(event, values, isForeseen || this.#spawnedAhead.has(moved) ? owner?.id : undefined),
    }
    for (const table of tables) {
      const { move, predict } = table.plan
      if (!move) continue
      isForeseen = predict !== 'none'
      for (const row of table) {
        moved = row
        owner = row.owner === undefined ? undefined : playerOf(row.owner)
        const given = (owner && commands.get(owner)) ?? neutral
        const command = predict === 'everyone' && row.owner === undefined ? undefined : given
        if (check) check.move(table, row, command, context)
        else move(row, command, context)
      }
    }
    for (const spawn of spawns) spawn()
    check?.end()
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
