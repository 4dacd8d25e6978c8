/** Gathers single writes into one commit: a disk that syncs 200 times a second then keeps thousands of records. */
export interface GroupedCommitOptions<Item> {
  /** Writes the items in one durable transaction, or throws and writes none. */
  commit: (items: Item[]) => void
  maxItems: number
  /** How long the first item may wait for company; 0 waits for the current turn of the event loop only. */
  maxDelayMs: number
}

interface Waiting<Item> {
  item: Item
  done: (error?: Error) => void
}

export class GroupedCommit<Item> {
  readonly #options: GroupedCommitOptions<Item>
  #waiting: Waiting<Item>[] = []
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(options: GroupedCommitOptions<Item>) {
    this.#options = options
  }

  /** `done` is called after the commit that holds the item, with the error where it failed. */
  add(item: Item, done: (error?: Error) => void): void {
    this.#waiting.push({ item, done })
    if (this.#waiting.length >= this.#options.maxItems) this.flush()
    else if (this.#options.maxDelayMs === 0) this.#immediate ??= setImmediate(() => this.flush())
    else this.#timer ??= setTimeout(() => this.flush(), this.#options.maxDelayMs)
  }

  /** Commits what is waiting now. */
  flush(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
    const group = this.#waiting
    if (group.length === 0) return
    this.#waiting = []
    let failure: Error | undefined
    try {
      this.#options.commit(group.map((waiting) => waiting.item))
    } catch (error) {
      failure = error as Error
    }
    for (const waiting of group) waiting.done(failure)
  }
}
