import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'

/** Receiver logs that nobody here wrote; they lie beside the checkout and are no part of it. */
const FOLDER = join(import.meta.dirname, '../../../shared/data')

/**
 * Path of a real recording. @throws Error under CI=true where it is not there; elsewhere undefined, and the caller
 * skips its test with the reason.
 */
export function realData(path: string): string | undefined {
  const file = join(FOLDER, path)
  if (existsSync(file)) return file
  const reason = `real input ${path} is not beside this checkout (../shared/data)`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return undefined
}

/** The dated fixes of a log, decoded in one go: what must arrive at the far end. */
export function fixesOf(file: string): { timeMs: number; lat: number; lon: number }[] {
  const fixes: { timeMs: number; lat: number; lon: number }[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, lat, lon }) {
      if (timeMs !== undefined) fixes.push({ timeMs, lat, lon })
    },
  })
  decoder.push(readFileSync(file))
  decoder.idle()
  return fixes
}
