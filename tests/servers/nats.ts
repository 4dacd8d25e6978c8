import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { BrokerCluster } from './broker-cluster.ts'
import { debianProgram, type Program } from './debian-program.ts'
import { accepts, freePort, startServer } from './server-process.ts'

/** NATS 2.9, as Debian carries it. @throws ServerMissing */
export function findNats(): Promise<Program> {
  return debianProgram({
    package: 'nats-server',
    command: 'nats-server',
    installedAs: 'usr/sbin/nats-server',
  })
}

const NODES = 3
const SETTLED_WITHIN_MS = 60_000

/**
 * A JetStream cluster of three nodes with their MQTT listeners, which keeps each message on three disks, two of
 * which must have it before it is acknowledged. Resolves once it takes QoS 1. @throws ServerMissing
 */
export async function startNatsCluster(): Promise<BrokerCluster> {
  const program = await findNats()
  const ports: { client: number; cluster: number; mqtt: number }[] = []
  for (let node = 0; node < NODES; node++)
    ports.push({ client: await freePort(), cluster: await freePort(), mqtt: await freePort() })
  const routes = ports.map(({ cluster }) => `nats://127.0.0.1:${cluster}`).join(', ')
  const nodes = await Promise.all(
    ports.map(({ client, cluster, mqtt }, node) =>
      startServer(program, async (folder) => {
        const configPath = join(folder, 'nats.conf')
        const configuration = `
server_name: node-${node}
listen: "127.0.0.1:${client}"
jetstream { store_dir: "${folder}/jetstream", max_memory_store: 64MB, max_file_store: 1GB }
cluster { name: gridpatrol, listen: "127.0.0.1:${cluster}", routes: [${routes}] }
mqtt { listen: "127.0.0.1:${mqtt}", max_ack_pending: 1000 }
`
        await writeFile(configPath, configuration)
        return { url: `mqtt://127.0.0.1:${mqtt}`, args: ['-c', configPath], ready: () => accepts(mqtt) }
      }),
    ),
  )
  const cluster = {
    urls: nodes.map(({ url }) => url),
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
  try {
    // Only with the first client does the cluster make the streams that MQTT needs.
    for (const url of cluster.urls) await settled(url)
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

async function settled(url: string): Promise<void> {
  const deadlineMs = performance.now() + SETTLED_WITHIN_MS
  for (;;)
    try {
      const options = {
        clientId: 'settled',
        reconnectPeriod: 0,
        protocolVersion: 4,
        connectTimeout: 5000,
      } as const
      const client = await connectAsync(url, options, false)
      await client.publishAsync('settled', 'x', { qos: 1 })
      await client.endAsync()
      return
    } catch (error) {
      if (performance.now() > deadlineMs) throw error
      await sleep(100)
    }
}
