import type { Track } from '../../stores/track-store.ts'

/**
 * Fingerprints of tracks, to find copied ones among thousands. In: tracks; out: which of them had many positions that a
 * track has, all the same time before. A position counts as the square of 1e-5 degrees (some 1 m) that it lies in; of
 * the squares one in 32 is kept, chosen by its own value, so that a copy keeps the same ones. A copy votes for one lag
 * again and again; honest rides in the same street have squares in common, but at lags all over the day. Whether it is
 * a copy, only the tracks themselves can tell.
 */
const SQUARES_PER_DEGREE = 1e5
/** One square in so many is kept, a power of two. */
const KEPT_ONE_IN = 32
const LAG_STEP_MS = 2000
/** Fewer votes come about by chance. */
const MIN_VOTES = 4
/** A device that copies itself this soon only rides slowly. */
const MIN_OWN_LAG_MS = 60_000
/** More of one square is a place where everybody stands. */
const MAX_CHAIN = 64
const FIRST_SIZE = 1 << 12

export interface Lead {
  device: string
  /** By which the positions come later in the asked track, to 2 s. */
  lagMs: number
  votes: number
}

export class TrackPrints {
  readonly #devices: string[] = []
  /** A hash table in columns: first entry by slot, next entry by entry; -1 is none. */
  #first = new Int32Array(FIRST_SIZE).fill(-1)
  #next = new Int32Array(FIRST_SIZE)
  #square = new Float64Array(FIRST_SIZE)
  #timeMs = new Float64Array(FIRST_SIZE)
  #device = new Int32Array(FIRST_SIZE)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(track: Track): void {
    let device = this.#devices.indexOf(track.device)
    if (device < 0) device = this.#devices.push(track.device) - 1
    eachKept(track, (square, hash, timeMs) => {
      if (this.#count === this.#square.length) this.#grow()
      const entry = this.#count++
      this.#square[entry] = square
      this.#timeMs[entry] = timeMs
      this.#device[entry] = device
      this.#link(entry, hash)
    })
  }

  /** Tracks that had the positions before, or at the same time; most votes first. */
  leads(track: Track): Lead[] {
    const votes = new Map<number, Map<number, number>>()
    eachKept(track, (square, hash, timeMs) => {
      let steps = 0
      for (
        let entry = this.#first[slotOf(hash, this.#first.length)]!;
        entry >= 0 && steps < MAX_CHAIN;
        entry = this.#next[entry]!
      ) {
        if (this.#square[entry] !== square) continue
        steps++
        const lagMs = timeMs - this.#timeMs[entry]!
        const device = this.#device[entry]!
        const isOwn = this.#devices[device] === track.device
        if (lagMs < (isOwn ? MIN_OWN_LAG_MS : -LAG_STEP_MS / 2)) continue
        const lags = votes.get(device) ?? new Map<number, number>()
        votes.set(device, lags)
        const lag = Math.round(lagMs / LAG_STEP_MS)
        lags.set(lag, (lags.get(lag) ?? 0) + 1)
      }
    })
    const leads: Lead[] = []
    for (const [device, lags] of votes)
      for (const [lag, own] of lags) {
        const left = lags.get(lag - 1) ?? 0
        const right = lags.get(lag + 1) ?? 0
        // The strongest of its neighbours speaks for them.
        if (own < left || own <= right || own + left + right < MIN_VOTES) continue
        leads.push({
          device: this.#devices[device]!,
          lagMs: lag * LAG_STEP_MS,
          votes: own + left + right,
        })
      }
    return leads.sort((a, b) => b.votes - a.votes)
  }

  #link(entry: number, hash: number): void {
    const slot = slotOf(hash, this.#first.length)
    this.#next[entry] = this.#first[slot]!
    this.#first[slot] = entry
  }

  #grow(): void {
    const size = this.#square.length * 2
    this.#square = grown(this.#square, new Float64Array(size))
    this.#timeMs = grown(this.#timeMs, new Float64Array(size))
    this.#device = grown(this.#device, new Int32Array(size))
    this.#next = new Int32Array(size)
    this.#first = new Int32Array(size).fill(-1)
    for (let entry = 0; entry < this.#count; entry++) this.#link(entry, hashOfSquare(this.#square[entry]!))
  }
}

function grown<Column extends Float64Array | Int32Array>(from: Column, into: Column): Column {
  into.set(from)
  return into
}

/** The kept squares of a track in order; a square that it stays in once. */
function eachKept(track: Track, take: (square: number, hash: number, timeMs: number) => void): void {
  const { lat, lon, timeMs, count } = track
  let before = -1
  for (let row = 0; row < count; row++) {
    const north = Math.round((lat[row]! + 90) * SQUARES_PER_DEGREE)
    const east = Math.round((lon[row]! + 180) * SQUARES_PER_DEGREE)
    const square = north * EASTS + east
    if (square === before) continue
    before = square
    const hash = mixed(north, east)
    if (hash % KEPT_ONE_IN === 0) take(square, hash, timeMs[row]!)
  }
}

/** More than there are squares around the earth. */
const EASTS = 2 ** 26

const hashOfSquare = (square: number): number => mixed(Math.floor(square / EASTS), square % EASTS)

/** The finaliser of MurmurHash3 over both numbers: every bit of them decides about every bit of it. */
function mixed(north: number, east: number): number {
  let hash = Math.imul(north, 0x9e3779b1) ^ east
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The bits that decided about keeping are the same in all. */
const slotOf = (hash: number, slots: number): number => Math.floor(hash / KEPT_ONE_IN) & (slots - 1)
