import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { USUAL_RATES } from '../../device-sim/load/load.ts'
import { runChaos } from './run-chaos.ts'

/**
 * The long run, by hand: `npm run soak -- --minutes 30 --gateways 2000 --seed 1 [--broker mosquitto] [--report FILE]`.
 * docs/soak.md is written from its report. Exit code 1 where anything was lost or doubled, or memory grew.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    gateways: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    broker: { type: 'string', default: 'embedded' },
    report: { type: 'string', default: 'soak.json' },
  },
})

/** What a hub may grow by while its gateways stay the same: below the noise of one garbage collection more or less. */
const MAX_SLOPE_MB_A_MINUTE = 2
/** In a shorter time the code is still warming up, and the curve says nothing. */
const LEAST_S = 240
/** Heap that garbage collection leaves at the end, of what it left after the warm-up. */
const MAX_HEAP_GROWTH = 1.5

/**
 * On a machine with much memory V8 lets garbage lie: the resident memory of a hub then goes up and down by hundreds of
 * megabytes and says nothing. With this bound it has to collect, and a leak ends the process.
 */
process.env.NODE_OPTIONS = '--max-old-space-size=256'
/** As a hub should run: docs/hub.md, Running for months. */
process.env.MALLOC_ARENA_MAX = '2'

if (values.broker !== 'embedded' && values.broker !== 'mosquitto')
  throw new Error(`--broker ${values.broker}: expected embedded or mosquitto`)
const minutes = Number(values.minutes)
const report = await runChaos({
  seed: Number(values.seed),
  gateways: Number(values.gateways),
  seconds: minutes * 60,
  // A fault of each sort every few minutes in a long run, every few seconds in a short one.
  pace: Math.max(1, minutes / 4),
  broker: values.broker,
  rates: { ...USUAL_RATES, casesAnHour: 6 },
  healWithinS: 600,
  lookEveryMs: 3000,
  tell: (line) => console.log(line),
})
writeFileSync(values.report, JSON.stringify({ options: values, ...report }, null, 1))

const { comparison, memory, setAside } = report
const isLong = memory.overS >= LEAST_S
const growth = memory.heapAtEndMB / memory.heapAfterWarmUpMB
const failures = [
  ...comparison.problems.slice(0, 50),
  ...(setAside > 0 ? [`${setAside} payloads or records were put aside`] : []),
  ...(isLong && memory.rssSlopeMBAMinute > MAX_SLOPE_MB_A_MINUTE
    ? [`memory grows by ${memory.rssSlopeMBAMinute} MB a minute, at most ${MAX_SLOPE_MB_A_MINUTE}`]
    : []),
  ...(isLong && growth > MAX_HEAP_GROWTH
    ? [`heap is ${growth.toFixed(2)} of what it was after the warm-up`]
    : []),
]
const { samples, comparison: _, ...rest } = report
console.log(
  JSON.stringify({ ...rest, stored: { ...comparison, problems: comparison.problems.length } }, null, 1),
)
for (const failure of failures) console.error(failure)
console.log(
  failures.length === 0 ? `nothing lost, nothing doubled${isLong ? ', memory flat' : ''}` : 'failed',
)
process.exitCode = failures.length === 0 ? 0 : 1
