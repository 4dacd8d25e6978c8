/**
 * Finds the line segments near a place. In: the ends of segments in a plane of metres; out: those whose cells meet a
 * box, a few too many. A uniform grid whose cells are hashed into buckets: streets are spread evenly enough for a
 * tree to gain nothing, and a street that lies on another continent by mistake costs a bucket, not a larger grid.
 */
export class SegmentGrid {
  readonly #cellM: number
  /** Columns and rows that have segments: near a pole a box may be as wide as the earth. */
  readonly #least = { column: Number.POSITIVE_INFINITY, row: Number.POSITIVE_INFINITY }
  readonly #most = { column: Number.NEGATIVE_INFINITY, row: Number.NEGATIVE_INFINITY }
  readonly #mask: number
  /** Segments of bucket b: `#segments[#starts[b]]` … `#segments[#starts[b + 1] - 1]`. */
  readonly #starts: Int32Array
  readonly #segments: Int32Array
  /** Which query met a segment last, so that none is found twice. */
  readonly #metBy: Int32Array
  #query = 0
  /** The first `count` are what the last query found. */
  readonly found: Int32Array
  count = 0

  constructor(ax: Float64Array, ay: Float64Array, bx: Float64Array, by: Float64Array, cellM: number) {
    const segments = ax.length
    this.#cellM = cellM
    for (const [x, y] of [
      [ax, ay],
      [bx, by],
    ] as const)
      for (let s = 0; s < segments; s++) {
        const column = Math.floor(x[s]! / cellM)
        const row = Math.floor(y[s]! / cellM)
        this.#least.column = Math.min(this.#least.column, column)
        this.#least.row = Math.min(this.#least.row, row)
        this.#most.column = Math.max(this.#most.column, column)
        this.#most.row = Math.max(this.#most.row, row)
      }
    let buckets = 16
    while (buckets < 2 * segments) buckets *= 2
    this.#mask = buckets - 1
    this.#starts = new Int32Array(buckets + 1)
    this.#metBy = new Int32Array(segments)
    this.found = new Int32Array(segments)
    const cells = (take: (bucket: number, segment: number) => void): void => {
      for (let s = 0; s < segments; s++) this.#cellsOf(ax[s]!, ay[s]!, bx[s]!, by[s]!, (b) => take(b, s))
    }
    cells((bucket) => {
      this.#starts[bucket + 1]!++
    })
    for (let b = 0; b < buckets; b++) this.#starts[b + 1]! += this.#starts[b]!
    this.#segments = new Int32Array(this.#starts[buckets]!)
    const next = this.#starts.slice(0, buckets)
    cells((bucket, segment) => {
      this.#segments[next[bucket]!++] = segment
    })
  }

  /** Fills `found` and `count` with every segment that may come into the box. */
  find(minX: number, minY: number, maxX: number, maxY: number): void {
    const firstColumn = Math.max(this.#least.column, Math.floor(minX / this.#cellM))
    const lastColumn = Math.min(this.#most.column, Math.floor(maxX / this.#cellM))
    const firstRow = Math.max(this.#least.row, Math.floor(minY / this.#cellM))
    const lastRow = Math.min(this.#most.row, Math.floor(maxY / this.#cellM))
    this.#query++
    this.count = 0
    for (let column = firstColumn; column <= lastColumn; column++)
      for (let row = firstRow; row <= lastRow; row++) {
        const bucket = this.#bucketOf(column, row)
        for (let i = this.#starts[bucket]!; i < this.#starts[bucket + 1]!; i++) {
          const segment = this.#segments[i]!
          if (this.#metBy[segment] === this.#query) continue
          this.#metBy[segment] = this.#query
          this.found[this.count++] = segment
        }
      }
  }

  /** A long segment goes by steps of at most a cell, each with the few cells of its own box. */
  #cellsOf(ax: number, ay: number, bx: number, by: number, take: (bucket: number) => void): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay)) / this.#cellM))
    let last = -1
    for (let step = 0; step < steps; step++) {
      const x1 = ax + ((bx - ax) * step) / steps
      const y1 = ay + ((by - ay) * step) / steps
      const x2 = ax + ((bx - ax) * (step + 1)) / steps
      const y2 = ay + ((by - ay) * (step + 1)) / steps
      const lastColumn = Math.floor(Math.max(x1, x2) / this.#cellM)
      const lastRow = Math.floor(Math.max(y1, y2) / this.#cellM)
      for (let column = Math.floor(Math.min(x1, x2) / this.#cellM); column <= lastColumn; column++)
        for (let row = Math.floor(Math.min(y1, y2) / this.#cellM); row <= lastRow; row++) {
          const bucket = this.#bucketOf(column, row)
          if (bucket !== last) take(bucket)
          last = bucket
        }
    }
  }

  /** Teschner et al., "Optimized spatial hashing for collision detection of deformable objects" (2003). */
  #bucketOf(column: number, row: number): number {
    return (Math.imul(column, 73_856_093) ^ Math.imul(row, 19_349_663)) & this.#mask
  }
}
