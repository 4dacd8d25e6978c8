import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FixChecksum } from '../../device-sim/load/fix-checksum.ts'
import { Ledger } from '../../gateway/hub/ledger/ledger.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import type { CaseReport, Lane } from '../../proto/domain.ts'

/** What the stores hold, read behind the hub's back: InfluxDB over its own API, the files of a hub that has stopped. */

export interface FixSum {
  count: number
  sum: number
}

export class StoredTracks {
  readonly #url: string
  readonly #database: string

  constructor(url: string, database: string) {
    this.#url = url
    this.#database = database
  }

  /** The sum of every fix of a device. */
  async fixes(device: string): Promise<FixSum> {
    const checksum = new FixChecksum()
    const series = await this.#query(`SELECT lat_e7, lon_e7 FROM fix WHERE device = '${device}'`)
    for (const { values } of series)
      for (const [timeMs, latE7, lonE7] of values as number[][]) checksum.add(timeMs!, latE7!, lonE7!)
    return checksum.value
  }

  async devices(): Promise<string[]> {
    const series = await this.#query('SHOW TAG VALUES FROM fix WITH KEY = device')
    return series.flatMap(({ values }) => values.map((row) => row[1] as string)).sort()
  }

  /** Readings by component and metric: `3101010101900001 tilt_deg`. */
  async readings(): Promise<Map<string, number>> {
    const series = await this.#query('SELECT count(value) FROM reading GROUP BY component, metric')
    return new Map(
      series.map(({ tags, values }) => [`${tags!.component} ${tags!.metric}`, values[0]![1] as number]),
    )
  }

  async #query(q: string): Promise<{ tags?: Record<string, string>; values: unknown[][] }[]> {
    const query = new URLSearchParams({ db: this.#database, epoch: 'ms', q })
    const answer = await fetch(`${this.#url}/query?${query}`)
    const { results, error } = (await answer.json()) as {
      error?: string
      results?: {
        error?: string
        partial?: boolean
        series?: { tags?: Record<string, string>; values: unknown[][] }[]
      }[]
    }
    const [result] = results ?? []
    const problem = error ?? result?.error ?? (result?.partial ? 'the answer was cut short' : undefined)
    if (problem !== undefined) throw new Error(`InfluxDB, ${q}: ${problem}`)
    return result?.series ?? []
  }
}

/** Records of one boot of a gateway in the intake log. */
export interface LoggedBoot {
  gateway: string
  boot: string
  records: number
  first: number
  last: number
  distinct: number
}

export class StoredRecords {
  readonly #intake: DatabaseSync
  readonly #ledger: Ledger

  /** @param folder the data folder of a hub that has stopped. */
  constructor(folder: string) {
    this.#intake = new DatabaseSync(join(folder, 'intake.db'))
    this.#ledger = new Ledger(folder)
  }

  boots(): LoggedBoot[] {
    return this.#intake
      .prepare(`
        SELECT gateway, boot, count(*) AS records, min(sequence) AS first, max(sequence) AS last,
               count(DISTINCT sequence) AS "distinct" FROM record GROUP BY gateway, boot`)
      .all() as unknown as LoggedBoot[]
  }

  /** By gateway and lane: `ebike-01 fix`. */
  lanes(): Map<string, number> {
    const rows = this.#intake
      .prepare('SELECT gateway, lane, count(*) AS records FROM record GROUP BY gateway, lane')
      .all()
    return new Map(rows.map(({ gateway, lane, records }) => [`${gateway} ${lane}`, records as number]))
  }

  /** In order, over all boots: an outbox on disk goes on counting. */
  sequences(gateway: string): number[] {
    return this.#intake
      .prepare('SELECT sequence FROM record WHERE gateway = ? ORDER BY sequence')
      .all(gateway)
      .map(({ sequence }) => sequence as number)
  }

  /** The fixes that a gateway's records carry, each time once. */
  loggedFixes(gateway: string): FixSum {
    const places = new Map<number, [number, number]>()
    for (const body of this.#bodies(gateway, 'fix')) {
      if (body.lane !== 'fix') continue
      for (const { timeMs, lat, lon } of body.batch.fixes)
        places.set(timeMs, [Math.round(lat * 1e7), Math.round(lon * 1e7)])
    }
    const checksum = new FixChecksum()
    for (const [timeMs, [latE7, lonE7]] of places) checksum.add(timeMs, latE7, lonE7)
    return checksum.value
  }

  loggedCases(gateway: string): CaseReport[] {
    return [...this.#bodies(gateway, 'case')].flatMap((body) => (body.lane === 'case' ? [body.report] : []))
  }

  *#bodies(gateway: string, lane: Lane) {
    const rows = this.#intake
      .prepare('SELECT body FROM record WHERE gateway = ? AND lane = ? ORDER BY id')
      .iterate(gateway, lane)
    for (const { body } of rows) yield decodeBody(lane, body as Uint8Array)
  }

  cases(): ReturnType<Ledger['list']> {
    return this.#ledger.list({ limit: 10_000_000 })
  }

  /** Revisions that are kept as steps of a case, in order. */
  steps(caseId: string): number[] {
    return this.#ledger.steps(caseId).map(({ revision }) => revision)
  }

  close(): void {
    this.#intake.close()
    this.#ledger.close()
  }
}
