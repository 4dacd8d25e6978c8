import { onTestFinished } from 'vitest'
import type { z } from 'zod'
import { silentLog } from '../../gateway/foundation/log.ts'
import { HubConfig } from '../../gateway/hub/config.ts'
import { type Hub, startHub } from '../../gateway/hub/hub.ts'
import { testFolder } from '../test-folder.ts'

export interface StartedHub extends Hub {
  folder: string
  /** As a page that takes JSON, unless it says otherwise. */
  get(path: string, accept?: string): Promise<Response>
  json(path: string, status?: number): Promise<unknown>
}

/** The whole hub on free ports of the loopback, in a folder of its own, until the test ends. */
export async function startedHub(config: z.input<typeof HubConfig> = {}): Promise<StartedHub> {
  const folder = config.data ?? testFolder()
  const hub = await startHub(
    HubConfig.parse({
      http: { port: 0 },
      broker: { embedded: { port: 0 } },
      ...config,
      data: folder,
    }),
    silentLog(),
  )
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= hub.close()
    return closing
  }
  onTestFinished(close)
  const get = (path: string, accept = 'application/json'): Promise<Response> =>
    fetch(`${hub.httpUrl}${path}`, { headers: { accept } })
  return {
    ...hub,
    close,
    folder,
    get,
    async json(path, status = 200) {
      const response = await get(path)
      const body = await response.text()
      if (response.status !== status)
        throw new Error(`${path}: ${response.status}, expected ${status}: ${body}`)
      return JSON.parse(body)
    },
  }
}
