import { existsSync, readFileSync } from 'node:fs'
import GPS from 'gps'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { type BenchRow, median } from './row.ts'

const DATA = new URL('../../../shared/data/nmea/signalk/', import.meta.url)
/** plaka: a bus with mostly foreign talkers. gps: a receiver, one fix in five sentences. */
const LOGS = ['plaka.log', 'gps.log']
const SENTENCES_A_RUN = 500_000
/** What a serial line or a file stream hands over at a time, at most. */
const CHUNK_BYTES = 65_536
const RUNS = 7

/**
 * Sentences a second on one thread: this decoder, npm `gps` (a string a line, `update`), and as physical limit a
 * bare byte loop that reads GGA and RMC only: no framing across chunks, no checks, no fixes. Runs alternate.
 */
export async function benchNmea(log: (line: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const name of LOGS) {
    const url = new URL(name, DATA)
    if (!existsSync(url)) {
      log(`${name} skipped: no file ${url.pathname}`)
      continue
    }
    rows.push(...benchLog(name, readFileSync(url), log))
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
    'bare GGA+RMC byte loop': () => bareLoop(bytes),
  }
  const rates: Record<string, number[]> = {}
  for (let run = 0; run <= RUNS; run++) {
    for (const [contender, work] of Object.entries(contenders)) {
      const startMs = performance.now()
      work()
      const seconds = (performance.now() - startMs) / 1000
      // The first round is for the compiler.
      if (run > 0) (rates[contender] ??= []).push(lines.length / seconds)
    }
  }
  for (const [contender, values] of Object.entries(rates))
    log(`${name} ${contender}: ${values.map((rate) => (rate / 1e6).toFixed(2)).join(' ')} M sentences/s`)
  const value = median(rates.gridpatrol!)
  return ['npm gps', 'bare GGA+RMC byte loop'].map((peer) => {
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

/** Finds GGA and RMC by their letters, sums their bytes, and reads time, latitude and longitude. */
function bareLoop(bytes: Uint8Array): number {
  let total = 0
  let at = 0
  while (at < bytes.length) {
    const third = bytes[at + 3]
    const wanted =
      bytes[at] === 0x24 &&
      ((third === 0x47 && bytes[at + 4] === 0x47 && bytes[at + 5] === 0x41) ||
        (third === 0x52 && bytes[at + 4] === 0x4d && bytes[at + 5] === 0x43))
    if (!wanted) {
      while (at < bytes.length && bytes[at] !== 0x0a) at++
      at++
      continue
    }
    let sum = 0
    let number = 0
    let field = 0
    for (at++; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === 0x2a) break
      sum ^= byte
      if (byte === 0x2c) {
        if (field < 7) total += number
        field++
        number = 0
      } else if (byte >= 0x30 && byte <= 0x39) number = number * 10 + byte - 0x30
    }
    total += sum
    while (at < bytes.length && bytes[at] !== 0x0a) at++
    at++
  }
  return total
}
