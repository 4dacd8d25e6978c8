import { cpus } from 'node:os'
import { benchAcknowledge } from './acknowledge.bench-part.ts'
import { benchBacklog } from './backlog.bench-part.ts'
import { benchChain } from './chain.bench-part.ts'
import { benchCity } from './city.bench-part.ts'
import { benchConnections } from './connections.bench-part.ts'
import { benchCoverage } from './coverage.bench-part.ts'
import { benchDay } from './day.bench-part.ts'
import { benchFirstMessage } from './first-message.bench-part.ts'
import { benchLiveCoverage } from './live-coverage.bench-part.ts'
import { benchMatching } from './matching.bench-part.ts'
import { benchMemory } from './memory.bench-part.ts'
import { benchNmea } from './nmea.bench-part.ts'
import { benchNodeRed } from './node-red.bench-part.ts'
import { benchReplayPage } from './replay-page.bench-part.ts'
import type { BenchRow } from './row.ts'
import { benchStores } from './stores.bench-part.ts'
import { benchTrackFilter } from './track.bench-part.ts'
import { benchWire } from './wire.bench-part.ts'
import { benchWorkers } from './workers.bench-part.ts'

/** All benchmarks by name. Each says on stderr what it does, and gives rows for the table on stdout. */
const BENCHES: Record<string, (log: (line: string) => void) => Promise<BenchRow[]>> = {
  nmea: benchNmea,
  wire: benchWire,
  track: benchTrackFilter,
  chain: benchChain,
  stores: benchStores,
  coverage: benchCoverage,
  'live-coverage': benchLiveCoverage,
  matching: benchMatching,
  city: benchCity,
  'replay-page': benchReplayPage,
  memory: benchMemory,
  workers: benchWorkers,
  acknowledge: benchAcknowledge,
  'node-red': benchNodeRed,
  connections: benchConnections,
  'first-message': benchFirstMessage,
  day: benchDay,
  backlog: benchBacklog,
}

/** @throws RangeError for a name that is none. */
export async function runBenches(only?: string): Promise<void> {
  const names = only === undefined ? Object.keys(BENCHES) : [only]
  const unknown = names.find((name) => !(name in BENCHES))
  if (unknown !== undefined)
    throw new RangeError(
      `bench ${JSON.stringify(unknown)}: expected one of ${Object.keys(BENCHES).join(', ')}`,
    )
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}; medians`,
  )
  console.log('| what | ours | peer or limit | its value | ours ÷ its |\n|---|---:|---|---:|---:|')
  for (const name of names) {
    for (const row of await BENCHES[name]!((line) => console.error(`${name}: ${line}`))) {
      const cells = [row.name, quantity(row.value, row.unit), row.peer, quantity(row.peerValue, row.unit)]
      console.log(`| ${cells.join(' | ')} | ${row.ratio.toPrecision(3)} |`)
    }
  }
}

function quantity(value: number, unit: string): string {
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 2
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`
}
