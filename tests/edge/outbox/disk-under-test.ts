import type { DatabaseSync } from 'node:sqlite'
import { MirroredTables } from '../../../gateway/edge/outbox/mirrored-tables.ts'
import type { ThinFixes } from '../../../gateway/edge/outbox/outbox.ts'
import { type KnownOfFile, OutboxFile } from '../../../gateway/edge/outbox/outbox-file.ts'
import { ShelteredOutbox } from '../../../gateway/edge/outbox/sheltered-outbox.ts'
import { type Log, silentLog } from '../../../gateway/foundation/log.ts'

/** A real file whose database SQLite itself makes refuse: it is full, or takes no writing. */
export class RefusingFile extends OutboxFile {
  #database: DatabaseSync | undefined
  #how = ''

  override open(known: KnownOfFile): DatabaseSync {
    this.#database = super.open(known)
    this.#apply()
    return this.#database
  }

  /** No page more than the file has. */
  fill(): void {
    this.#how = 'max_page_count = 1'
    this.#apply()
  }

  makeReadOnly(): void {
    this.#how = 'query_only = 1'
    this.#apply()
  }

  mend(): void {
    this.#how = ''
    if (this.#database?.isOpen) this.#database.exec('PRAGMA max_page_count = 1000000; PRAGMA query_only = 0')
  }

  #apply(): void {
    if (this.#how && this.#database?.isOpen) this.#database.exec(`PRAGMA ${this.#how}`)
  }
}

/** Boots of one gateway. */
let boots = 0
export const newBoot = (): string => (++boots).toString(16).padStart(12, '0')

export interface Sheltered {
  outbox: ShelteredOutbox
  tables: MirroredTables
}

export function sheltered(
  file: OutboxFile,
  options: { maxBytes?: number; thin?: ThinFixes | undefined; shelterBytes?: number; log?: Log } = {},
): Sheltered {
  const tables = new MirroredTables()
  const outbox = new ShelteredOutbox({
    maxBytes: 1e6,
    boot: newBoot(),
    log: silentLog(),
    againMs: { first: 20, max: 20 },
    maxDelayMs: 1,
    ...options,
    file,
    tables,
  })
  return { outbox, tables }
}
