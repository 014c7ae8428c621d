// A list of slots that keeps its memory.

export class Slots {
  slots: Int32Array = new Int32Array(0)
  count = 0
  clear(most: number): void {
    this.count = 0
    if (this.slots.length < most) this.slots = new Int32Array(most * 2)
  }
  push(slot: number): void {
    this.slots[this.count++] = slot
  }
}
