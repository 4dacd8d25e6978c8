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
 * bare byte loop for GGA and RMC: checksums and digits, but no chunks, no fields, no checks, no fixes. Runs
 * alternate.
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

const hexDigit = (code: number): number => (code <= 0x39 ? code - 0x30 : (code & 0xdf) - 0x37)

/** Sums every sentence, as whoever tells right from wrong must, and adds up the numbers of right GGA and RMC. */
function bareLoop(bytes: Uint8Array): number {
  let total = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x24) continue
    const third = bytes[at + 3]
    const wanted =
      (third === 0x47 && bytes[at + 4] === 0x47 && bytes[at + 5] === 0x41) ||
      (third === 0x52 && bytes[at + 4] === 0x4d && bytes[at + 5] === 0x43)
    let sum = 0
    let numbers = 0
    let number = 0
    let byte = 0
    for (at++; at < bytes.length; at++) {
      byte = bytes[at]!
      if (byte === 0x2a) break
      sum ^= byte
      if (!wanted) continue
      if (byte === 0x2c) {
        numbers += number
        number = 0
      } else if (byte >= 0x30 && byte <= 0x39) number = number * 10 + byte - 0x30
    }
    if (wanted && hexDigit(bytes[at + 1]!) * 16 + hexDigit(bytes[at + 2]!) === sum) total += numbers
  }
  return total
}
