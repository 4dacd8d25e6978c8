import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { Log } from '../../foundation/log.ts'
import { ask } from './ask-gateway.ts'
import type { GatewayStatus } from './gateway-status.ts'
import { prepareFallback, socketPaths } from './status-socket.ts'

/**
 * Says how a running gateway is, over a Unix socket that only its user may open (`gridpatrol status`). In: requests.
 * Out: JSON. Nothing is written to the disk but the socket's name. Where it cannot listen, that is told in the log and
 * the gateway runs without.
 */
export interface StatusServer {
  /** Where it listens; undefined: nowhere. */
  path: string | undefined
  close(): Promise<void>
}

const MOST_CONNECTIONS = 8

export async function startStatusServer(
  dataFolder: string,
  status: () => GatewayStatus,
  log: Log,
): Promise<StatusServer> {
  let problem = 'the path of its socket would be too long'
  for (const path of socketPaths(dataFolder)) {
    try {
      if (await isTaken(path)) {
        log.error({ path }, 'another gateway runs on this data folder: stop one of them')
        return { path: undefined, close: async () => {} }
      }
      const server = await listen(path, status)
      return { path, close: () => closed(server) }
    } catch (error) {
      problem = (error as Error).message
    }
  }
  log.warn({ problem }, '`gridpatrol status` cannot ask this gateway')
  return { path: undefined, close: async () => {} }
}

/** Whether a living process listens there. */
async function isTaken(path: string): Promise<boolean> {
  return (await ask(path)).state !== 'stopped'
}

/** @throws Error where there can be no socket. */
async function listen(path: string, status: () => GatewayStatus): Promise<Server> {
  prepareFallback(path)
  // What a killed gateway left.
  rmSync(path, { force: true })
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(status()))
  })
  server.maxConnections = MOST_CONNECTIONS
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  server.unref()
  return server
}

async function closed(server: Server): Promise<void> {
  const closing = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closing
}
