import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/**
 * Stands between a hub and its InfluxDB, and does to writes what a network, a proxy or a busy server do. Queries
 * pass. In: HTTP requests; out: the same at InfluxDB, unless `onWrite` says otherwise.
 */
export type Fate =
  | 'pass'
  /** InfluxDB keeps it, and the answer never comes. */
  | 'swallow'
  /** InfluxDB keeps it, and the connection is cut instead of an answer. */
  | 'cut'
  | { delayMs: number }
  | { status: number; headers?: Record<string, string> }

interface FailingProxy {
  url: string
  onWrite: Fate
  /** When each write came, ms of the monotonic clock. */
  readonly writesMs: number[]
  /** Lines that InfluxDB acknowledged, whoever learned of it. */
  readonly linesKept: number
}

export async function failingProxy(target: string): Promise<FailingProxy> {
  const proxy = {
    url: '',
    onWrite: 'pass' as Fate,
    writesMs: [] as number[],
    linesKept: 0,
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const isWrite = request.url!.startsWith('/write')
    const fate = isWrite ? proxy.onWrite : 'pass'
    if (isWrite) proxy.writesMs.push(performance.now())
    if (typeof fate === 'object' && 'status' in fate) {
      response.writeHead(fate.status, fate.headers).end('{"error":"not now"}')
      return
    }
    if (typeof fate === 'object') await sleep(fate.delayMs)
    const answer = await fetch(target + request.url!, {
      method: request.method!,
      headers: { accept: request.headers.accept ?? '*/*' },
      ...(body.length > 0 ? { body } : {}),
    })
    const said = Buffer.from(await answer.arrayBuffer())
    if (isWrite && answer.status === 204) proxy.linesKept += body.toString().split('\n').length
    if (fate === 'swallow') return
    if (fate === 'cut') return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(said)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}
