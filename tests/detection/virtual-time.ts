/**
 * Time that stands still until it is told to go on. In: nothing but calls of the process' own timers and clocks.
 * Out: the same timers, fired in order of their virtual time. `setTimeout`, `setInterval`, `Date` and
 * `performance.now` of the process are replaced; `setImmediate`, `process.nextTick`, promises and every input and
 * output stay as they are. It is for a process of its own, before the code under test is loaded, and cannot be
 * undone.
 *
 * Two clocks, as in a gateway: the monotonic one never steps; wall time is the true time, and what the
 * clock was stepped by.
 */
export interface VirtualTime {
  /** Milliseconds since the start; never steps. */
  readonly monotonicMs: number
  /** The true time of the simulated world, Unix ms. */
  trueMs(): number
  /** The system clock of the gateway is set by so much, with sign. */
  stepClock(byMs: number): void
  /** When the next timer is due, monotonic; Infinity where none waits. */
  nextDueMs(): number
  /** Goes on to a monotonic time, at which what is due by then is fired in its order. Throws what a timer throws. */
  advanceTo(monotonicMs: number): void
}

interface VirtualTimer {
  id: number
  dueMs: number
  /** Of two timers due at once the one that was set first fires first. */
  order: number
  everyMs: number | undefined
  delayMs: number
  work: () => void
  waiting: boolean
}

const MAX_DELAY_MS = 2 ** 31 - 1

/** @param startMs true time at the start, Unix ms. */
export function installVirtualTime(startMs: number): VirtualTime {
  const timers = new TimerHeap()
  const byId = new Map<number, VirtualTimer>()
  let nowMs = 0
  let clockErrorMs = 0
  let ids = 0
  let orders = 0

  function schedule(timer: VirtualTimer): void {
    timer.dueMs = nowMs + timer.delayMs
    timer.order = ++orders
    timer.waiting = true
    timers.push(timer, timer.dueMs, timer.order)
  }

  function set(work: (...args: unknown[]) => void, delay: unknown, args: unknown[], repeats: boolean) {
    const asked = Math.trunc(Number(delay))
    // As Node: what is no delay, or too long for 32 bits, is a millisecond.
    const delayMs = asked >= 1 && asked <= MAX_DELAY_MS ? asked : 1
    const timer: VirtualTimer = {
      id: ++ids,
      dueMs: 0,
      order: 0,
      everyMs: repeats ? delayMs : undefined,
      delayMs,
      work: args.length === 0 ? (work as () => void) : () => work(...args),
      waiting: false,
    }
    byId.set(timer.id, timer)
    schedule(timer)
    return handleOf(timer)
  }

  /** What Node's Timeout can do and is used here. */
  function handleOf(timer: VirtualTimer) {
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh: () => {
        byId.set(timer.id, timer)
        schedule(timer)
        return handle
      },
      close: () => clear(timer.id),
      [Symbol.toPrimitive]: () => timer.id,
      [Symbol.dispose]: () => clear(timer.id),
    }
    return handle
  }

  function clear(handle: unknown): void {
    if (handle === undefined || handle === null) return
    const timer = byId.get(Number(handle))
    if (!timer) return
    timer.waiting = false
    byId.delete(timer.id)
  }

  const target = globalThis as unknown as Record<string, unknown>
  target.setTimeout = (work: () => void, delay?: number, ...args: unknown[]) => set(work, delay, args, false)
  target.setInterval = (work: () => void, delay?: number, ...args: unknown[]) => set(work, delay, args, true)
  target.clearTimeout = clear
  target.clearInterval = clear
  const RealDate = Date
  const wallMs = () => Math.floor(startMs + nowMs + clockErrorMs)
  target.Date = new Proxy(RealDate, {
    construct: (date, args, as) => Reflect.construct(date, args.length === 0 ? [wallMs()] : args, as),
    apply: () => new RealDate(wallMs()).toString(),
    get: (date, key) => (key === 'now' ? wallMs : Reflect.get(date, key)),
  })
  performance.now = () => nowMs

  /** Entries of cleared and refreshed timers are stepped over. */
  function first(): VirtualTimer | undefined {
    for (let top = timers.top(); top; top = timers.top()) {
      const { timer, order } = top
      if (timer.waiting && timer.order === order) return timer
      timers.pop()
    }
    return undefined
  }

  return {
    get monotonicMs() {
      return nowMs
    },
    trueMs: () => startMs + nowMs,
    stepClock(byMs) {
      clockErrorMs += byMs
    },
    nextDueMs: () => first()?.dueMs ?? Number.POSITIVE_INFINITY,
    advanceTo(untilMs) {
      nowMs = Math.max(nowMs, untilMs)
      for (let timer = first(); timer && timer.dueMs <= nowMs; timer = first()) {
        timers.pop()
        timer.waiting = false
        if (timer.everyMs === undefined) byId.delete(timer.id)
        else schedule(timer)
        timer.work()
      }
    },
  }
}

/** A binary heap by due time, then by order. */
class TimerHeap {
  readonly #entries: { timer: VirtualTimer; dueMs: number; order: number }[] = []

  top(): { timer: VirtualTimer; order: number } | undefined {
    return this.#entries[0]
  }

  push(timer: VirtualTimer, dueMs: number, order: number): void {
    const entries = this.#entries
    let at = entries.push({ timer, dueMs, order }) - 1
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent)
      at = parent
    }
  }

  pop(): void {
    const entries = this.#entries
    const last = entries.pop()
    if (!last || entries.length === 0) return
    entries[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < entries.length && this.#before(child, least)) least = child
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #before(a: number, b: number): boolean {
    const one = this.#entries[a]!
    const other = this.#entries[b]!
    return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order)
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries
    const held = entries[a]!
    entries[a] = entries[b]!
    entries[b] = held
  }
}
