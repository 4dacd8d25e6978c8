import { existsSync, readFileSync } from 'node:fs'
import GPS from 'gps'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { GgaRmcLoop } from './gga-rmc-loop.ts'
import { type BenchRow, median } from './row.ts'

const DATA = new URL('../../../shared/data/nmea/signalk/', import.meta.url)
/**
 * plaka: a bus with mostly foreign talkers, whose fixes are GLL's: the loop passes over all of it. gps: a receiver,
 * one fix in five sentences.
 */
const LOGS = [
  { name: 'plaka.log', hasLoopFixes: false },
  { name: 'gps.log', hasLoopFixes: true },
]
const LOOP = 'GGA+RMC byte loop'
const SENTENCES_A_RUN = 500_000
/** What a serial line or a file stream hands over at a time, at most. */
const CHUNK_BYTES = 65_536
const RUNS = 7

/**
 * Sentences a second on one thread: this decoder, which sums all sentences and reads those that it knows; npm `gps`,
 * a string a line, `update`; and a byte loop for GGA and RMC alone, see {@link GgaRmcLoop}. The decoder and the loop
 * get the same chunks. Runs alternate.
 *
 * @throws Error when decoder and loop disagree on how many fixes a log has whose fixes are GGA's and RMC's.
 */
export async function benchNmea(log: (line: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const { name, hasLoopFixes } of LOGS) {
    const url = new URL(name, DATA)
    if (!existsSync(url)) {
      log(`${name} skipped: no file ${url.pathname}`)
      continue
    }
    const recorded = readFileSync(url)
    if (hasLoopFixes) compareFixes(name, recorded)
    rows.push(...benchLog(name, recorded, log))
  }
  return rows
}

function benchLog(name: string, recorded: Buffer, log: (line: string) => void): BenchRow[] {
  const recordedLines = recorded.toString('latin1').split(/\r?\n/).filter(Boolean)
  const times = Math.ceil(SENTENCES_A_RUN / recordedLines.length)
  const bytes = Buffer.concat(Array.from({ length: times }, () => recorded))
  const lines = Array.from({ length: times }, () => recordedLines).flat()
  const contenders: Record<string, () => unknown> = {
    gridpatrol: () => decode(bytes),
    'npm gps': () => updateGps(lines),
    [LOOP]: () => loop(bytes),
  }
  const rates = Object.fromEntries(Object.keys(contenders).map((contender) => [contender, [] as number[]]))
  for (let run = 0; run <= RUNS; run++) {
    for (const [contender, work] of Object.entries(contenders)) {
      const startMs = performance.now()
      work()
      const seconds = (performance.now() - startMs) / 1000
      // The first round is for the compiler.
      if (run > 0) rates[contender]!.push(lines.length / seconds)
    }
  }
  for (const [contender, values] of Object.entries(rates))
    log(`${name} ${contender}: ${values.map((rate) => (rate / 1e6).toFixed(2)).join(' ')} M sentences/s`)
  const value = median(rates.gridpatrol!)
  return ['npm gps', LOOP].map((peer) => {
    const peerValue = median(rates[peer]!)
    return { name: `NMEA, ${name}`, value, unit: 'sentences/s', peer, peerValue, ratio: value / peerValue }
  })
}

function decode(bytes: Buffer): number {
  let fixes = 0
  const decoder = new NmeaDecoder({
    onFix() {
      fixes++
    },
  })
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) decoder.push(bytes.subarray(at, at + CHUNK_BYTES))
  decoder.end()
  return fixes
}

function loop(bytes: Buffer): number {
  let fixes = 0
  const loop = new GgaRmcLoop(() => {
    fixes++
  })
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) loop.push(bytes.subarray(at, at + CHUNK_BYTES))
  loop.end()
  return fixes
}

function compareFixes(name: string, bytes: Buffer): void {
  const ours = decode(bytes)
  const theirs = loop(bytes)
  if (ours !== theirs) throw new Error(`${name}: ${ours} fixes, and ${theirs} of the ${LOOP}`)
}

function updateGps(lines: string[]): number {
  const gps = new GPS()
  let known = 0
  for (const line of lines) {
    try {
      if (gps.update(line)) known++
    } catch {
      // It throws at sentences with blank units, as plaka.log has them.
    }
  }
  return known
}
