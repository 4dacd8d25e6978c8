import type { Server } from './server-process.ts'

/** Several nodes that gateways and hubs may connect to, any of them. */
export interface BrokerCluster {
  /** mqtt://… of each node. */
  urls: string[]
  nodes: Server[]
  stop(): Promise<void>
}
