import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { silentLog } from '../../gateway/foundation/log.ts'
import { HubConfig } from '../../gateway/hub/config.ts'
import { type Hub, startHub } from '../../gateway/hub/hub.ts'
import { CITY_EBIKES, CITY_GRIDS, makeCity } from './city.ts'
import { type BenchRow, benchRow } from './row.ts'

const HOUR_MS = 3_600_000
const SHIFT_MS = 8 * HOUR_MS
const INTERVAL_MS = 1000
/** Reports of shifts are made from some minutes after their end. */
const ENDED_MS = HOUR_MS
const SHOWN_FIXES = 120_000
/** The hub begins with the reports a minute after its start. */
const WATCHED_MS = 120_000
/** What a receipt may be late by. */
const MOST_DELAY_MS = 100

/**
 * The questions of a supervisor's day at a centre of 945 grids and 1,100 e-bikes that rode for eight hours with a fix a
 * second: 31.7 million fixes, in the SQLite store. Beside each answer the time that reading the same tracks takes, and
 * the longest that the hub did nothing else meanwhile.
 */
export async function benchCity(log: (line: string) => void): Promise<BenchRow[]> {
  const data = await mkdtemp(join(tmpdir(), 'gridpatrol-bench-city-'))
  const config = HubConfig.parse({ data, http: { port: 0 }, broker: { embedded: { port: 0 } } })
  const hub = await startHub(config, silentLog())
  try {
    const toMs = Math.floor((Date.now() - ENDED_MS) / INTERVAL_MS) * INTERVAL_MS
    const fromMs = toMs - SHIFT_MS
    await settle(hub, fromMs, toMs, log)
    const range = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`
    const ask = async (
      name: string,
      path: string,
    ): Promise<{ seconds: number; longestMs: number; text: string }> => {
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      const startMs = performance.now()
      const response = await fetch(`${hub.httpUrl}/api/v1/${path}`)
      const bytes = Buffer.from(await response.arrayBuffer())
      const seconds = (performance.now() - startMs) / 1000
      delay.disable()
      if (!response.ok) throw new Error(`${path}: ${response.status} ${bytes.subarray(0, 300)}`)
      const longestMs = delay.max / 1e6
      log(
        `${name}: ${seconds.toFixed(2)} s, ${bytes.length} bytes, longest ${longestMs.toFixed(0)} ms in one piece`,
      )
      return { seconds, longestMs, text: bytes.toString('utf8') }
    }
    const readS = await readAll(hub, fromMs, toMs)
    log(`reading all tracks: ${readS.toFixed(2)} s`)
    const rows: BenchRow[] = []
    const row = (name: string, asked: { seconds: number; longestMs: number }) => {
      rows.push(
        benchRow(`city: ${name}`, 's', asked.seconds, 'reading the tracks', readS),
        benchRow(`city: ${name}, longest in one piece`, 'ms', asked.longestMs, 'limit', MOST_DELAY_MS),
      )
    }
    for (const policy of ['area', 'road', 'components', 'visits'] as const) {
      const asked = await ask(`roll-up by ${policy}`, `coverage/roll-up?policy=${policy}&${range}`)
      const { coverage } = JSON.parse(asked.text) as { coverage: number }
      log(`  coverage by ${policy}: ${coverage}`)
      row(`roll-up by ${policy} over ${CITY_GRIDS} grids`, asked)
    }
    const { grid } = JSON.parse(
      (await ask('one level down, counted already', `coverage/roll-up?grid=310101100&policy=road&${range}`))
        .text,
    ) as { grid: string }
    row(
      'a unit grid by road, with its street parts',
      await ask('a unit grid', `coverage?grid=${grid}001001&policy=road&${range}`),
    )
    row(
      `tracks of ${CITY_EBIKES} for the page`,
      await ask('tracks', `tracks?${range}&maxFixes=${SHOWN_FIXES}`),
    )
    const list = async () => {
      const asked = await ask('shifts', `shifts?${range}`)
      const { shifts } = JSON.parse(asked.text) as { shifts: { id: string; figures?: unknown }[] }
      if (shifts.length !== CITY_EBIKES) throw new Error(`${shifts.length} shifts, expected ${CITY_EBIKES}`)
      const kept = shifts.filter(({ figures }) => figures !== undefined).length
      return { ...asked, kept, id: shifts[0]!.id }
    }
    const { kept, id } = await list()
    const report = await ask('report', `shifts/${id}/report`)
    rows.push(
      benchRow(
        'city: report of one shift, longest in one piece',
        'ms',
        report.longestMs,
        'limit',
        MOST_DELAY_MS,
      ),
    )
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
    delay.disable()
    const later = await list()
    const anHour = ((later.kept - kept) / WATCHED_MS) * HOUR_MS
    log(`${later.kept} reports kept, longest ${(delay.max / 1e6).toFixed(0)} ms in one piece meanwhile`)
    rows.push(
      benchRow('city: shifts with the figures that are kept, listed', 's', later.seconds, 'limit', 1),
      benchRow('city: reports made beside all else', 'an hour', anHour, 'shifts that end', CITY_EBIKES / 8),
    )
    return rows
  } finally {
    await hub.close()
    await rm(data, { recursive: true })
  }
}

/** Registers, plan and tracks. */
async function settle(hub: Hub, fromMs: number, toMs: number, log: (line: string) => void): Promise<void> {
  const city = makeCity(1)
  for (const kind of ['grids', 'streets', 'components'] as const) {
    const { rejected } = await hub.registers.import(kind, city[kind])
    if (rejected[0]) throw new Error(`${kind}: ${rejected.length} rejected, ${rejected[0].reason}`)
  }
  const startMs = performance.now()
  for (const [place, { device, grid, ride }] of city.ebikes.entries()) {
    hub.plan.put({ device, grids: [grid], fromMs, toMs, breaks: [] })
    const fixes = ride(fromMs, toMs, INTERVAL_MS)
    await hub.trackStore.write({ fixes: [{ device, fixes }], readings: [] })
    if (place % 100 === 99)
      log(
        `${place + 1} of ${CITY_EBIKES} rides laid down, ${Math.round((performance.now() - startMs) / 1000)} s`,
      )
  }
}

async function readAll(hub: Hub, fromMs: number, toMs: number): Promise<number> {
  const startMs = performance.now()
  for (const device of await hub.trackStore.devicesBetween(fromMs, toMs))
    await hub.trackStore.readTrack(device, fromMs, toMs)
  return (performance.now() - startMs) / 1000
}
