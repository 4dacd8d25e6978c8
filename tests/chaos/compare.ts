import type { GatewayAccount } from '../../device-sim/load/load-gateway.ts'
import type { Lane } from '../../proto/domain.ts'
import { outboxState, type RidingEdge } from './riding-edges.ts'
import type { StoredRecords, StoredTracks } from './stored.ts'

/**
 * What gateways made and hold receipts for, against what the stores hold: every record once in the intake log, every
 * fix once in InfluxDB with its time and place, every case once in the ledger in its last state. Out: what differs,
 * in words; nothing where all is as it must be.
 */

export interface Comparison {
  /** What differs. */
  problems: string[]
  records: number
  fixes: number
  readings: number
  cases: number
  /** What of it came from the gateways in processes of their own. */
  edges: { gateway: string; records: number; fixes: number; cases: number }[]
}

export async function compare(options: {
  accounts: readonly GatewayAccount[]
  edges: readonly RidingEdge[]
  tracks: Pick<StoredTracks, 'fixes' | 'devices' | 'readings'>
  records: Omit<StoredRecords, 'close'>
}): Promise<Comparison> {
  const { accounts, edges, tracks, records } = options
  const problems: string[] = []
  const differ = (what: string, found: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
    if (a !== b) problems.push(`${what}: stored ${a}, sent ${b}`)
  }

  const boots = records.boots()
  const ofLoad = new Map(boots.map((boot) => [`${boot.gateway} ${boot.boot}`, boot]))
  const lanes = records.lanes()
  const readings = await tracks.readings()
  const cases = new Map(records.cases().map((entry) => [entry.id, entry]))
  const sum = {
    records: boots.reduce((total, boot) => total + boot.records, 0),
    fixes: 0,
    readings: 0,
    cases: cases.size,
    edges: [] as Comparison['edges'],
  }
  for (const count of readings.values()) sum.readings += count

  for (const account of accounts) {
    const { gateway, boot, appended, component } = account
    if (appended === 0) continue
    const logged = ofLoad.get(`${gateway} ${boot}`)
    differ(`${gateway}: receipted sequences`, account.receipted, [[1, appended]])
    differ(
      `${gateway}: records in the intake log`,
      logged && [logged.records, logged.distinct, logged.first, logged.last],
      [appended, appended, 1, appended],
    )
    for (const [lane, count] of Object.entries(account.byLane) as [Lane, number][])
      differ(`${gateway}: ${lane} records in the intake log`, lanes.get(`${gateway} ${lane}`) ?? 0, count)
    const stored = await tracks.fixes(gateway)
    sum.fixes += stored.count
    differ(`${gateway}: fixes in InfluxDB`, stored, account.fixes)
    for (const metric of ['tilt_deg', 'battery_pct'])
      differ(
        `${gateway}: readings of ${metric} in InfluxDB`,
        readings.get(`${component} ${metric}`) ?? 0,
        account.readings,
      )
    for (const { id, revision, open } of account.cases) {
      const entry = cases.get(id)
      differ(
        `case ${id} of ${gateway}`,
        entry && [entry.gateway, entry.revision, entry.clearedMs === undefined, records.steps(id)],
        [gateway, revision, open, upTo(revision)],
      )
      cases.delete(id)
    }
  }

  for (const edge of edges) {
    const { gateway } = edge
    const sequences = records.sequences(gateway)
    const { last, waiting } = outboxState(edge)
    const known = new Set([...sequences, ...waiting])
    const lost = upTo(last).filter((sequence) => !known.has(sequence))
    differ(`${gateway}: sequences of its outbox that are nowhere`, lost, [])
    differ(`${gateway}: sequences in the intake log twice`, sequences.length - new Set(sequences).size, 0)
    const stored = await tracks.fixes(gateway)
    sum.fixes += stored.count
    differ(`${gateway}: fixes in InfluxDB, sent by its records`, stored, records.loggedFixes(gateway))
    const reported = Map.groupBy(records.loggedCases(gateway), ({ caseId }) => caseId)
    sum.edges.push({ gateway, records: sequences.length, fixes: stored.count, cases: reported.size })
    for (const [id, reports] of reported) {
      const newest = reports.reduce((a, b) => (b.revision > a.revision ? b : a))
      const entry = cases.get(id)
      differ(
        `case ${id} of ${gateway}`,
        entry && [entry.gateway, entry.revision, entry.clearedMs === undefined, records.steps(id)],
        [gateway, newest.revision, newest.event !== 'cleared', upTo(newest.revision)],
      )
      cases.delete(id)
    }
  }

  differ('cases in the ledger that nobody raised', [...cases.keys()], [])
  const senders = [...new Set(boots.map(({ gateway }) => gateway))].sort()
  differ(
    'devices in InfluxDB that sent nothing',
    (await tracks.devices()).filter((id) => !senders.includes(id)),
    [],
  )
  return { problems, ...sum }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1)
