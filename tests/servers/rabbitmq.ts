import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerCluster } from './broker-cluster.ts'
import { findOnPath, type Program } from './debian-program.ts'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/** Debian and RabbitMQ's own packages put a wrapper on PATH that changes the user; the program itself is here. */
const PROGRAM = '/usr/lib/rabbitmq/bin'
const NODES = 3

/**
 * RabbitMQ where it is installed; it is not fetched, since it cannot be run out of its place.
 * @returns undefined where it, or Erlang's port mapper, is not there.
 */
export async function findRabbit(): Promise<{ server: string; portMapper: string } | undefined> {
  const [onPath, portMapper] = await Promise.all([findOnPath('rabbitmq-server'), findOnPath('epmd')])
  return onPath && portMapper ? { server: join(PROGRAM, 'rabbitmq-server'), portMapper } : undefined
}

/**
 * A RabbitMQ cluster of three nodes with their MQTT listeners: who is connected, and where durable subscriptions are,
 * is agreed by a quorum (Raft) of the nodes. Port mapper and cookie are its own.
 */
export async function startRabbitCluster(): Promise<BrokerCluster> {
  const { server, portMapper } = (await findRabbit())!
  const home = await mkdtemp(join(tmpdir(), 'gridpatrol-rabbit-'))
  await writeFile(join(home, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 })
  const mapperPort = await freePort()
  const mapper = await startServer({ path: portMapper, env: process.env }, async () => ({
    url: `epmd://127.0.0.1:${mapperPort}`,
    args: ['-port', String(mapperPort), '-address', '127.0.0.1', '-relaxed_command_check'],
    ready: () => accepts(mapperPort),
  }))
  const started: Server[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((node) => node.stop()))
    await mapper.stop()
    await rm(home, { recursive: true, force: true })
  }
  const ids = Array.from({ length: NODES }, (_, node) => `${process.pid}-${node}@localhost`)
  try {
    // The first makes the cluster, the others join it.
    for (const id of ids) started.push(await startNode(server, id, ids, home, mapperPort))
  } catch (error) {
    await stop()
    throw error
  }
  return { urls: started.map(({ url }) => url), nodes: started, stop }
}

async function startNode(
  path: string,
  id: string,
  ids: string[],
  home: string,
  mapperPort: number,
): Promise<Server> {
  const [amqp, mqtt, between] = [await freePort(), await freePort(), await freePort()]
  const program: Program = { path, env: { ...process.env } }
  return startServer(program, async (folder) => {
    const file = (name: string): string => join(folder, name)
    Object.assign(program.env, {
      HOME: home,
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: id,
      RABBITMQ_DIST_PORT: String(between),
      RABBITMQ_MNESIA_BASE: file('mnesia'),
      RABBITMQ_LOG_BASE: file('log'),
      RABBITMQ_PID_FILE: file('pid'),
      RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      // Without a shell around it, so that a signal reaches it.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
    })
    await writeFile(file('enabled_plugins'), '[rabbitmq_mqtt].\n')
    await writeFile(
      file('rabbitmq.conf'),
      [
        `listeners.tcp.1 = 127.0.0.1:${amqp}`,
        `mqtt.listeners.tcp.1 = 127.0.0.1:${mqtt}`,
        'mqtt.allow_anonymous = true',
        'cluster_formation.peer_discovery_backend = classic_config',
        ...ids.map((other, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${other}`),
        'log.console = true',
        'log.console.level = error',
        '',
      ].join('\n'),
    )
    return { url: `mqtt://127.0.0.1:${mqtt}`, args: [], ready: () => accepts(mqtt) }
  })
}
