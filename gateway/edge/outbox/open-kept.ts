import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../../foundation/log.ts'
import { MirroredTables } from './mirrored-tables.ts'
import type { ThinFixes } from './outbox.ts'
import { OutboxFile } from './outbox-file.ts'
import { ShelteredOutbox } from './sheltered-outbox.ts'

/** Everything that a gateway keeps over restarts. */
export interface Kept {
  outbox: ShelteredOutbox
  /** For tables that are kept with the outbox; what is written `alongside` a record is kept together with it. */
  database: DatabaseSync
}

/** Opens the data folder. Never throws for a disk: `outbox.storage()` tells how it is. */
export function openKept(
  folder: string,
  options: { boot: string; maxBytes: number; thin?: ThinFixes | undefined; log: Log },
): Kept {
  const tables = new MirroredTables()
  const file = new OutboxFile(folder, options.log)
  return { outbox: new ShelteredOutbox({ ...options, file, tables }), database: tables.database }
}
