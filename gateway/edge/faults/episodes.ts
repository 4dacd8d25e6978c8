import type { DatabaseSync } from 'node:sqlite'
import { WALL_TIME_BEGINS_MS } from '../clock.ts'

/** One occurrence of a fault at a component, from raising to clearing. */
export interface Episode {
  component: string
  fault: string
  /** Counted from 1 for each component and fault. */
  episode: number
  caseId: string
  raisedMs: number
  /** Reports made of it so far. */
  revision: number
}

/**
 * The last episode of each fault, kept with the outbox so that a restart neither raises a standing fault twice
 * nor forgets to clear it. Written only inside the transaction that appends the report; an older state never
 * replaces a newer one, since a report that the disk refused is tried again later.
 */
export class Episodes {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS episode (
        component TEXT NOT NULL,
        fault TEXT NOT NULL,
        episode INTEGER NOT NULL,
        case_id TEXT NOT NULL,
        raised_ms INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        open INTEGER NOT NULL,
        PRIMARY KEY (component, fault)
      ) STRICT;
    `)
  }

  /** The last episode and whether it is still open, or undefined where there was none. */
  last(component: string, fault: string): (Episode & { open: boolean }) | undefined {
    const row = this.#database
      .prepare('SELECT * FROM episode WHERE component = ? AND fault = ?')
      .get(component, fault)
    return (
      row && {
        component,
        fault,
        episode: row.episode as number,
        caseId: row.case_id as string,
        raisedMs: row.raised_ms as number,
        revision: row.revision as number,
        open: row.open === 1,
      }
    )
  }

  /** The time became known: moments from before it become wall times. */
  date(shiftMs: number): void {
    this.#database
      .prepare('UPDATE episode SET raised_ms = raised_ms + ? WHERE raised_ms < ?')
      .run(shiftMs, WALL_TIME_BEGINS_MS)
  }

  save(episode: Episode, open: boolean): void {
    this.#database
      .prepare(
        `INSERT INTO episode VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (component, fault) DO UPDATE SET episode = excluded.episode, case_id = excluded.case_id,
           raised_ms = excluded.raised_ms, revision = excluded.revision, open = excluded.open
         WHERE (excluded.episode, excluded.revision) > (episode.episode, episode.revision)`,
      )
      .run(
        episode.component,
        episode.fault,
        episode.episode,
        episode.caseId,
        Math.round(episode.raisedMs),
        episode.revision,
        open ? 1 : 0,
      )
  }
}
