import type { Fix, TimeSource } from '../../../proto/domain.ts'
import type { EdgeClock } from '../clock.ts'
import type { Driver, DriverContext } from './driver.ts'
import { NmeaDecoder, type NmeaFix, type NmeaText } from './nmea/nmea.ts'
import type { PortSetup } from './receiver-setup/receiver-setup.ts'

/** A burst of sentences is over when the line has been quiet for this long: the epoch's fix is given out. */
const IDLE_MS = 250

export interface NmeaDriverOptions {
  setup?: PortSetup | undefined
  onText?: (text: NmeaText) => void
}

/**
 * A GPS receiver that writes NMEA 0183: bytes in, fixes out. A fix whose receiver gave no date takes the day
 * from the gateway's clock; the clock learns from dated fixes. With a `setup` the receiver is told what it is to do;
 * `onText` hears what it says in words.
 */
export function startNmeaDriver(
  context: DriverContext,
  clock: EdgeClock,
  onFix: (fix: Fix, timeSource: TimeSource) => void,
  { setup, onText }: NmeaDriverOptions = {},
): Driver {
  const take = ({ timeMs, timeOfDayMs, ...rest }: NmeaFix): void => {
    if (timeMs !== undefined) {
      clock.observeGps(timeMs)
      onFix({ ...rest, timeMs }, 'gps')
    } else if (timeOfDayMs !== undefined) {
      context.count('fixes-dated-by-clock')
      onFix({ ...rest, timeMs: clock.nearestTimeOfDay(timeOfDayMs) }, clock.source)
    } else context.count('fixes-without-time')
  }
  const decoder = new NmeaDecoder(
    { onFix: take, ...(onText && { onText }) },
    { clockMs: () => clock.nowMs() },
  )
  const talk = setup?.begin(context)
  let counted: Record<string, number> = {}
  let idle: NodeJS.Timeout | undefined

  const onData = (chunk: Uint8Array): void => {
    decoder.push(chunk)
    talk?.push(chunk)
    report()
    clearTimeout(idle)
    idle = setTimeout(() => {
      decoder.idle()
      talk?.idle()
      report()
    }, IDLE_MS)
  }

  /** Hands on what the decoder counted since the last time. */
  function report(): void {
    const { sentences, fixes, unknown, skippedBytes, rejected } = decoder.counts
    const now: Record<string, number> = { sentences, fixes, unknown, 'skipped-bytes': skippedBytes }
    for (const [reason, count] of Object.entries(rejected)) now[`rejected-${reason}`] = count
    for (const [name, count] of Object.entries(now)) {
      const by = count - (counted[name] ?? 0)
      if (by > 0) context.count(name, by)
    }
    if (sentences > (counted.sentences ?? 0)) context.onSense()
    counted = now
  }

  context.port.on('data', onData)
  return {
    stop() {
      clearTimeout(idle)
      talk?.stop()
      context.port.off('data', onData)
      decoder.end()
      report()
    },
    satellites: () =>
      decoder.satellites.map(({ system, inView, used }) => ({
        system,
        ...(inView === undefined ? {} : { inView }),
        ...(used === undefined ? {} : { used }),
      })),
  }
}
