import type { KilledProgram } from './killed-program.ts'
import type { MemorySample } from './memory-curve.ts'

/** Asks a hub again and again how it is, as an operator's monitoring does; a hub that is down is asked again. */

export interface HubWatch {
  samples: MemorySample[]
  /** The most records that the track store was behind at a look. */
  worstLag: number
  /** What /metrics says now, by the name and labels of a line; undefined where it does not answer. */
  metrics(): Promise<Map<string, number> | undefined>
  stop(): void
}

const ANSWER_WITHIN_MS = 3000

/** @param beganMs monotonic time from which samples count their seconds. */
export function watchHub(hub: KilledProgram, httpUrl: string, everyMs: number, beganMs: number): HubWatch {
  const metrics = () => readMetrics(`${httpUrl}/metrics`)
  let asking = false
  const timer = setInterval(async () => {
    if (asking) return
    asking = true
    const life = hub.starts
    const atS = (performance.now() - beganMs) / 1000
    const values = await metrics()
    asking = false
    const rssBytes = values?.get('process_resident_memory_bytes')
    const heapUsedBytes = values?.get('nodejs_heap_size_used_bytes')
    const externalBytes = values?.get('nodejs_external_memory_bytes')
    if (rssBytes === undefined || heapUsedBytes === undefined || externalBytes === undefined) return
    if (hub.starts !== life) return
    watch.samples.push({ atS, life, rssBytes, heapUsedBytes, externalBytes })
    watch.worstLag = Math.max(watch.worstLag, values!.get(TRACK_LAG) ?? 0)
  }, everyMs)
  const watch: HubWatch = { samples: [], worstLag: 0, metrics, stop: () => clearInterval(timer) }
  return watch
}

const TRACK_LAG = 'gridpatrol_cursor_lag_records{cursor="tracks"}'

/** Whether every consumer has taken all of the intake log. */
export const isCaughtUp = (metrics: Map<string, number>): boolean =>
  [...metrics].every(([name, value]) => !name.startsWith('gridpatrol_cursor_lag_records') || value === 0)

/** Refused payloads and dead letters. */
export const setAside = (metrics: Map<string, number>): number =>
  [...metrics].reduce(
    (total, [name, value]) => total + (name.startsWith('gridpatrol_set_aside') ? value : 0),
    0,
  )

async function readMetrics(url: string): Promise<Map<string, number> | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ')
        return [line.slice(0, space), Number(line.slice(space + 1))]
      }),
    )
  } catch {
    return undefined
  }
}
