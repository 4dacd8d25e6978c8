import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Lane } from '../../../proto/domain.ts'

interface Counts {
  dropped: Record<string, number>
  thinnedFixes: number
  setAside: number
}

const NONE: Counts = { dropped: {}, thinnedFixes: 0, setAside: 0 }

/** What the operator is told was lost or left out since the file was made: in memory, and kept beside the records. */
export class OutboxCounts {
  readonly #saveDropped: StatementSync
  readonly #saveCount: StatementSync
  #counts: Counts

  constructor(database: DatabaseSync) {
    this.#counts = readCounts(database)
    this.#saveDropped = database.prepare('INSERT OR REPLACE INTO outbox_dropped VALUES (?, ?)')
    this.#saveCount = database.prepare('INSERT OR REPLACE INTO outbox_count VALUES (?, ?)')
  }

  get now(): Readonly<Counts> {
    return this.#counts
  }

  drop(lane: Lane): void {
    const { dropped } = this.#counts
    this.#counts = { ...this.#counts, dropped: { ...dropped, [lane]: (dropped[lane] ?? 0) + 1 } }
  }

  thin(fixes: number): void {
    this.#counts = { ...this.#counts, thinnedFixes: this.#counts.thinnedFixes + fixes }
  }

  /** What was counted elsewhere meanwhile. */
  add({ dropped, thinnedFixes }: Pick<Counts, 'dropped' | 'thinnedFixes'>): void {
    const sum = { ...this.#counts.dropped }
    for (const [lane, records] of Object.entries(dropped)) sum[lane] = (sum[lane] ?? 0) + records
    this.#counts = { ...this.#counts, dropped: sum, thinnedFixes: this.#counts.thinnedFixes + thinnedFixes }
  }

  /** Inside the caller's transaction. */
  save(): void {
    for (const [lane, records] of Object.entries(this.#counts.dropped)) this.#saveDropped.run(lane, records)
    this.#saveCount.run('thinned_fixes', this.#counts.thinnedFixes)
  }

  /** As they were before a transaction that failed. */
  restore(counts: Readonly<Counts>): void {
    this.#counts = counts
  }

  clear(): void {
    this.#counts = NONE
  }
}

/** Counts of a file; those that cannot be read begin anew. */
export function readCounts(database: DatabaseSync): Counts {
  const rows = (sql: string) => database.prepare(sql).all() as { name: string; value: number }[]
  const counted = new Map(
    rows('SELECT name, value FROM outbox_count').map(({ name, value }) => [name, value]),
  )
  return {
    dropped: Object.fromEntries(
      rows('SELECT lane AS name, records AS value FROM outbox_dropped').map(({ name, value }) => [
        name,
        value,
      ]),
    ),
    thinnedFixes: counted.get('thinned_fixes') ?? 0,
    setAside: counted.get('set_aside') ?? 0,
  }
}

export function saveSetAside(database: DatabaseSync, files: number): void {
  database.prepare(`INSERT OR REPLACE INTO outbox_count VALUES ('set_aside', ?)`).run(files)
}
