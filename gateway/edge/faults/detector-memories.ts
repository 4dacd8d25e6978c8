import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../../foundation/log.ts'
import type { DetectorMemory } from './fault-detector.ts'

/**
 * What detectors keep over restarts (the learnt background angle, a silence so far), as JSON in the gateway's
 * database. A disk that refuses costs what was learnt since, never a case: it is told and not thrown.
 */
export class DetectorMemories {
  readonly #database: DatabaseSync
  readonly #log: Log

  constructor(database: DatabaseSync, log: Log) {
    this.#database = database
    this.#log = log
    database.exec(`
      CREATE TABLE IF NOT EXISTS detector_memory (
        component TEXT NOT NULL,
        fault TEXT NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (component, fault)
      ) STRICT;
    `)
  }

  of(component: string, fault: string): DetectorMemory {
    return {
      load: () => this.#load(component, fault),
      save: (state) => this.#save(component, fault, JSON.stringify(state)),
    }
  }

  #load(component: string, fault: string): unknown {
    const row = this.#database
      .prepare('SELECT state FROM detector_memory WHERE component = ? AND fault = ?')
      .get(component, fault)
    if (!row) return undefined
    try {
      return JSON.parse(row.state as string)
    } catch (error) {
      this.#log.warn(
        { err: error, component, fault },
        'what this detector had learnt cannot be read: it learns anew',
      )
      return undefined
    }
  }

  #save(component: string, fault: string, state: string): void {
    try {
      this.#database
        .prepare(
          `INSERT INTO detector_memory VALUES (?, ?, ?)
           ON CONFLICT (component, fault) DO UPDATE SET state = excluded.state`,
        )
        .run(component, fault, state)
    } catch (error) {
      this.#log.error(
        { err: error, component, fault },
        'what this detector learnt could not be kept: disk full?',
      )
    }
  }
}
