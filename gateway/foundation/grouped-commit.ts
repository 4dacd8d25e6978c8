/**
 * Gathers single writes into one commit: a disk that syncs 200 times a second then keeps thousands of records. Where
 * more waits than one commit takes, those who wrote take turns, so that what waits of one never stands before all of
 * another's.
 */
export interface GroupedCommitOptions<Item> {
  /** Writes the items in one durable transaction, or throws and writes none. */
  commit: (items: Item[]) => void
  maxItems: number
  /**
   * How long the first item may wait for company; 0 waits for turns of the event loop only: until one brings nothing
   * more, or a commit is full.
   */
  maxDelayMs: number
  /** So many wait at most, then they are committed at once; absent: those of one commit. */
  maxWaiting?: number
}

interface Waiting<Item> {
  item: Item
  done: (error?: Error) => void
  from: string
}

export class GroupedCommit<Item> {
  readonly #options: GroupedCommitOptions<Item>
  readonly #maxWaiting: number
  #waiting: Waiting<Item>[] = []
  /** As many waited when the turn before ended. */
  #before = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(options: GroupedCommitOptions<Item>) {
    this.#options = options
    this.#maxWaiting = options.maxWaiting ?? options.maxItems
  }

  /**
   * `done` is called after the commit that holds the item, with the error where it failed.
   * @param from who takes turns with others.
   */
  add(item: Item, done: (error?: Error) => void, from = ''): void {
    this.#waiting.push({ item, done, from })
    if (this.#waiting.length >= this.#maxWaiting) this.flush()
    else if (this.#options.maxDelayMs === 0) this.#immediate ??= setImmediate(() => this.#turn())
    else this.#timer ??= setTimeout(() => this.flush(), this.#options.maxDelayMs)
  }

  /** Commits what is waiting now. */
  flush(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
    const waiting = this.#waiting
    this.#waiting = []
    this.#before = 0
    for (let rest = waiting; rest.length > 0; ) {
      const { group, others } = inTurns(rest, this.#options.maxItems)
      rest = others
      this.#commit(group)
    }
  }

  #turn(): void {
    const count = this.#waiting.length
    if (count > this.#before && count < this.#options.maxItems) {
      this.#before = count
      this.#immediate = setImmediate(() => this.#turn())
      return
    }
    const { group, others } = inTurns(this.#waiting, this.#options.maxItems)
    this.#waiting = others
    this.#before = 0
    this.#immediate = others.length > 0 ? setImmediate(() => this.#turn()) : undefined
    this.#commit(group)
  }

  #commit(group: Waiting<Item>[]): void {
    let failure: Error | undefined
    try {
      this.#options.commit(group.map((waiting) => waiting.item))
    } catch (error) {
      failure = error as Error
    }
    for (const waiting of group) waiting.done(failure)
  }
}

/** One of each, then the next of each … as many as fit; the others stay in the order in which they came. */
function inTurns<Item>(
  waiting: Waiting<Item>[],
  most: number,
): { group: Waiting<Item>[]; others: Waiting<Item>[] } {
  if (waiting.length <= most) return { group: waiting, others: [] }
  const round = new Map<string, number>()
  const rounds: Waiting<Item>[][] = []
  for (const one of waiting) {
    const turn = round.get(one.from) ?? 0
    round.set(one.from, turn + 1)
    rounds[turn] ??= []
    rounds[turn].push(one)
  }
  const group = rounds.flat().slice(0, most)
  const chosen = new Set(group)
  return { group, others: waiting.filter((one) => !chosen.has(one)) }
}
