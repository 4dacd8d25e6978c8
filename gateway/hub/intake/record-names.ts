import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { RecordName } from '../../../proto/domain.ts'

/**
 * Which records the intake log has, by name. Names of many gateways arrive mixed, and an index that takes each at once
 * rewrites a page of its own for nearly every record: that was most of what a commit cost. So the newest names wait in
 * memory and go into the index gateway by gateway, dozens to a page. In: names with the ids of their records, inside
 * the log's transactions; out: the id of a name. Nothing is lost by a crash: names not yet indexed are read again from
 * the records themselves.
 */

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record_name (
    gateway TEXT NOT NULL,
    boot TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (gateway, boot, sequence)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS record_named (below INTEGER NOT NULL);
`

/** Names that wait: 200 gateways have some 40 each then. */
const MAX_WAITING = 8192
/** Boots whose highest sequence is remembered. */
const MAX_BOOTS = 20_000

/** What is known of one boot of a gateway. */
interface Boot {
  gateway: string
  boot: string
  /** Beyond it every sequence is new; 0: none is known. */
  highest: number
  /** Ids by sequence, of records whose names are not in the index yet. */
  waiting: Map<number, number>
}

export class RecordNames {
  readonly #maxWaiting: number
  readonly #find: StatementSync
  readonly #highest: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #below: StatementSync
  readonly #setBelow: StatementSync
  readonly #since: StatementSync
  readonly #boots = new Map<string, Boot>()
  /** Those with names that wait; first the one whose names wait longest. */
  readonly #waiting = new Set<Boot>()
  #count = 0

  /**
   * @param database with the table `record` in it.
   * @param maxWaiting names that wait in memory.
   */
  constructor(database: DatabaseSync, maxWaiting = MAX_WAITING) {
    this.#maxWaiting = maxWaiting
    database.exec(SCHEMA)
    this.#find = database.prepare(
      'SELECT record FROM record_name WHERE gateway = ? AND boot = ? AND sequence = ?',
    )
    this.#highest = database.prepare(
      'SELECT max(sequence) AS highest FROM record_name WHERE gateway = ? AND boot = ?',
    )
    this.#insert = database.prepare(
      'INSERT OR REPLACE INTO record_name (gateway, boot, sequence, record) VALUES (?, ?, ?, ?)',
    )
    this.#delete = database.prepare('DELETE FROM record_name WHERE gateway = ? AND boot = ? AND sequence = ?')
    this.#below = database.prepare('SELECT below FROM record_named')
    this.#setBelow = database.prepare('UPDATE record_named SET below = ?')
    this.#since = database.prepare('SELECT id, gateway, boot, sequence FROM record WHERE id >= ? ORDER BY id')
    if (!this.#below.get())
      database.exec(`
        INSERT INTO record_name SELECT gateway, boot, sequence, id FROM record;
        INSERT INTO record_named SELECT coalesce(max(id), 0) + 1 FROM record;
      `)
    this.reload()
  }

  /** @returns the id of the record of this name; undefined: there is none. */
  find({ gateway, boot, sequence }: RecordName): number | undefined {
    const known = this.#bootOf(gateway, boot)
    if (sequence > known.highest) return undefined
    return (
      known.waiting.get(sequence) ?? (this.#find.get(gateway, boot, sequence)?.record as number | undefined)
    )
  }

  add({ gateway, boot, sequence }: RecordName, id: number): void {
    const known = this.#bootOf(gateway, boot)
    known.waiting.set(sequence, id)
    known.highest = Math.max(known.highest, sequence)
    this.#waiting.add(known)
    this.#count++
  }

  /** Puts into the index what is too much to wait. */
  settle(): void {
    if (this.#count <= this.#maxWaiting) return
    for (const known of this.#waiting) {
      if (this.#count <= this.#maxWaiting) {
        const [oldest] = known.waiting.values()
        this.#setBelow.run(oldest!)
        return
      }
      for (const [sequence, id] of known.waiting) this.#insert.run(known.gateway, known.boot, sequence, id)
      this.#count -= known.waiting.size
      known.waiting = new Map()
      this.#waiting.delete(known)
    }
  }

  /** After a transaction that was undone, and at the start: what waits is what the records say. */
  reload(): void {
    this.#boots.clear()
    this.#waiting.clear()
    this.#count = 0
    const { below } = this.#below.get() as { below: number }
    for (const row of this.#since.iterate(below)) {
      const { id, ...name } = row as unknown as RecordName & { id: number }
      if (this.find(name) === undefined) this.add(name, id)
    }
  }

  /** Of records that were pruned. */
  forget(names: RecordName[]): void {
    for (const { gateway, boot, sequence } of names) {
      this.#delete.run(gateway, boot, sequence)
      const known = this.#boots.get(`${gateway} ${boot}`)
      if (!known?.waiting.delete(sequence)) continue
      this.#count--
      if (known.waiting.size === 0) this.#waiting.delete(known)
    }
  }

  #bootOf(gateway: string, boot: string): Boot {
    const key = `${gateway} ${boot}`
    let known = this.#boots.get(key)
    if (!known) {
      if (this.#boots.size >= MAX_BOOTS) this.#forgetOldest()
      const { highest } = this.#highest.get(gateway, boot) as { highest: number | null }
      known = { gateway, boot, highest: highest ?? 0, waiting: new Map() }
      this.#boots.set(key, known)
    }
    return known
  }

  #forgetOldest(): void {
    for (const [key, { waiting }] of this.#boots) {
      if (waiting.size === 0) this.#boots.delete(key)
      if (this.#boots.size < MAX_BOOTS >> 1) return
    }
  }
}
