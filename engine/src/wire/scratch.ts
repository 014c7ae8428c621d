// Arrays as long as the longest table seen: one set for each codec, so that nothing is allocated a row.

export class Scratch {
  /** Slots of survivors and of new rows, in order. */
  survivors: Int32Array = new Int32Array(0)
  spawned: Int32Array = new Int32Array(0)
  /** Slots of the survivors whose columns are coded, where these are not all. */
  active: Int32Array = new Int32Array(0)
  predicted: Int32Array = new Int32Array(0)
  /** By survivor: not 0 if any residual is not. */
  changed: Int32Array = new Int32Array(0)
  /** By row: its class, and before that the sum it comes from. */
  row: Uint16Array = new Uint16Array(0)
  /** By row: what of a symbol's context the snapshots give. */
  context: Uint16Array = new Uint16Array(0)
  /** By group of eight active rows: 1 if any has a symbol, in a column where few do. */
  groups: Uint8Array = new Uint8Array(0)
  /** By active row: how many raw bits follow its symbol; 0 between uses. */
  widths: Uint8Array = new Uint8Array(0)
  /** By active row: its sibling class. Of new rows: their context. */
  sibling: Uint8Array = new Uint8Array(0)
  /** The three expected components of rotations, and which one is left out. */
  parts: [Int32Array, Int32Array, Int32Array] = [this.active, this.active, this.active]
  largest: Int32Array = new Int32Array(0)
  /** By place in coding order, then survivor; the writer's alone. */
  residuals: Uint32Array[] = []
  readonly anyBits: number[] = []

  /** By place in coding order, then survivor: as predict() says. The reader's are all the first. */
  eighths: Uint8Array[] = []
  /** By active row: which survivor it is, where these are not all. */
  picked: Int32Array = new Int32Array(0)

  /** Makes room; what is there of survivors and spawned stays. */
  fit(rows: number): void {
    if (rows <= this.active.length) return
    const n = Math.max(64, rows + (rows >> 1))
    this.survivors = grown(this.survivors, n)
    this.spawned = grown(this.spawned, n)
    this.active = new Int32Array(n)
    this.predicted = new Int32Array(n)
    this.changed = new Int32Array(n)
    this.row = new Uint16Array(n)
    this.context = new Uint16Array(n)
    this.groups = new Uint8Array((n >> 3) + 1)
    this.widths = new Uint8Array(n)
    this.sibling = new Uint8Array(n)
    this.parts = [new Int32Array(n), new Int32Array(n), new Int32Array(n)]
    this.largest = new Int32Array(n)
    this.residuals = []
    this.eighths = []
    this.picked = new Int32Array(n)
  }

  fitResiduals(columns: number): void {
    while (this.residuals.length < columns) {
      this.residuals.push(new Uint32Array(this.active.length))
      this.eighths.push(new Uint8Array(this.active.length))
    }
  }
}

function grown(from: Int32Array, length: number): Int32Array {
  const into = new Int32Array(length)
  into.set(from)
  return into
}
