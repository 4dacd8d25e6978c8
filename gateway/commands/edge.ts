import { Command } from 'commander'
import { checkConfig, ConfigError, loadEdgeConfig, loadHubConfig } from '../config-file.ts'
import { createLog, type Log } from '../foundation/log.ts'

/** `edge`, `hub` and `check`: one half from its YAML file, until SIGINT or SIGTERM. */

export function edgeCommand(): Command {
  return new Command('edge')
    .description('run a gateway: serial lines in, cases and tracks out over MQTT')
    .requiredOption('-c, --config <file>', 'YAML configuration (see docs/edge.md)')
    .action(async ({ config }: { config: string }) => {
      const settings = loadEdgeConfig(config)
      const { startEdge } = await import('../edge/edge.ts')
      const log = createLog()
      const edge = await startEdge(settings, log)
      log.info({ gateway: settings.gateway, ports: settings.ports.length }, 'gateway is running')
      await untilAskedToStop(log)
      await edge.stop()
    })
}

export function hubCommand(): Command {
  return new Command('hub')
    .description('run the centre: broker and intake, track store, cases, HTTP and the page')
    .requiredOption('-c, --config <file>', 'YAML configuration (see docs/hub.md)')
    .action(async ({ config }: { config: string }) => {
      const settings = loadHubConfig(config)
      const { startHub } = await import('../hub/hub.ts')
      const log = createLog()
      const hub = await startHub(settings, log)
      log.info({ url: hub.httpUrl }, 'hub is running')
      await untilAskedToStop(log)
      await hub.close()
    })
}

export function checkCommand(): Command {
  return new Command('check')
    .description('check configuration files; every mistake with its line, what was found and what was expected')
    .argument('<files...>', 'YAML files of edges and hubs')
    .action((files: string[]) => {
      let failed = 0
      for (const file of files) {
        try {
          console.log(`${file}: in order (${checkConfig(file)})`)
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
          console.error(error.message)
          failed++
        }
      }
      if (failed > 0) process.exitCode = 1
    })
}

/** Resolves at the first SIGINT or SIGTERM, or after `maxMs`; a second signal ends the process at once. */
export function untilAskedToStop(log: Log, maxMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = maxMs === undefined ? undefined : setTimeout(() => stop('time is up'), maxMs)
    const stop = (reason: NodeJS.Signals | 'time is up'): void => {
      log.info({ reason }, 'stopping')
      clearTimeout(timer)
      for (const name of ['SIGINT', 'SIGTERM'] as const) {
        process.off(name, stop)
        process.once(name, () => process.exit(1))
      }
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
