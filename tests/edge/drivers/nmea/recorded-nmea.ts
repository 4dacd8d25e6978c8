import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type NmeaCounts,
  NmeaDecoder,
  type NmeaFix,
  type NmeaText,
  type SystemSatellites,
} from '../../../../gateway/edge/drivers/nmea/nmea.ts'

/** Logs of real receivers, beside the checkout; they are never copied into it. */
const FOLDER = new URL('../../../../../shared/data/nmea/', import.meta.url)

/** Why tests with recorded logs cannot run here; undefined when they can. In CI the logs must be there. */
export function recordedLogsMissing(): string | undefined {
  if (existsSync(FOLDER)) return undefined
  const reason = `no recorded NMEA logs in ${fileURLToPath(FOLDER)}`
  if (process.env.CI) throw new Error(reason)
  return reason
}

/** Names such as `gpsd/ac12.log`, sorted. */
export function recordedLogs(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(log|txt)$/.test(name))
    .toSorted()
}

export function recordedLog(name: string): Uint8Array {
  return readFileSync(new URL(name, FOLDER))
}

/** What gpsd said of a log: the log's lines echoed, each followed by the JSON objects that it caused. */
export function gpsdCheck(name: string): string {
  return readFileSync(new URL(`${name}.chk`, FOLDER), 'latin1')
}

export interface Decoded {
  fixes: NmeaFix[]
  texts: NmeaText[]
  counts: NmeaCounts
  /** As known at the end. */
  satellites: readonly SystemSatellites[]
}

/** Decodes bytes to their end, given in chunks of these sizes in turn. */
export function decoded(bytes: Uint8Array, sizes: number[] = [bytes.length]): Decoded {
  const fixes: NmeaFix[] = []
  const texts: NmeaText[] = []
  const decoder = new NmeaDecoder({ onFix: (fix) => fixes.push(fix), onText: (text) => texts.push(text) })
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    decoder.push(bytes.subarray(at, at + size))
    at += size
  }
  decoder.end()
  return { fixes, texts, counts: decoder.counts, satellites: decoder.satellites }
}
