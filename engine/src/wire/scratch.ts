// Room to work in while a snapshot is coded: one set for each codec, so that nothing is allocated a row.

/** Arrays as long as the longest table seen. */
export class Scratch {
  survivors: Int32Array = new Int32Array(0)
  spawned: Int32Array = new Int32Array(0)
  gone: Int32Array = new Int32Array(0)
  predicted: Int32Array = new Int32Array(0)
  values: Int32Array = new Int32Array(0)
  residuals: Uint32Array = new Uint32Array(0)
  parts: [Int32Array, Int32Array, Int32Array] = [this.gone, this.gone, this.gone]

  /** Makes room; what is there stays. */
  fit(size: number): void {
    if (size <= this.values.length) return
    const grow = (from: Int32Array) => {
      const into = new Int32Array(Math.max(64, size * 2))
      into.set(from)
      return into
    }
    this.survivors = grow(this.survivors)
    this.spawned = grow(this.spawned)
    this.gone = grow(this.gone)
    this.predicted = grow(this.predicted)
    this.values = grow(this.values)
    this.residuals = new Uint32Array(this.values.length)
    this.parts = [grow(this.parts[0]), grow(this.parts[1]), grow(this.parts[2])]
  }
}
