import { Command } from 'commander'
import { loadEdgeConfig } from '../configuration/edge-file.ts'
import { askGateway } from '../edge/status/ask-gateway.ts'
import { problemsOf } from '../edge/status/gateway-status.ts'
import { type FoundStatus, statusText } from '../edge/status/status-text.ts'
import { waitingRecords } from '../edge/status/waiting-records.ts'

/** `status`: how the gateway of a configuration is, running or not. Exit code 1: not running, or something is wrong. */
export function statusCommand(): Command {
  return new Command('status')
    .description('how a gateway on this machine is: link, backlog, ports, disk, and what to do')
    .requiredOption('-c, --config <file>', 'YAML configuration of the gateway')
    .option('--json', 'as JSON')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const found = await findStatus(config)
      console.log(json ? JSON.stringify(found, undefined, 2) : statusText(found, Date.now()))
      if (found.problems.length > 0) process.exitCode = 1
    })
}

async function findStatus(config: string): Promise<FoundStatus> {
  const { gateway, data } = loadEdgeConfig(config)
  const answer = await askGateway(data)
  const problems: string[] = []
  if (answer.state === 'stopped')
    problems.push(`the gateway is not running: start it, gridpatrol edge --config ${config}`)
  if (answer.state === 'silent')
    problems.push(
      'the gateway does not answer: look at its log and at the load of this machine; start it anew',
    )
  if (answer.state === 'running') problems.push(...problemsOf(answer.status))
  const found: FoundStatus = { gateway, running: answer.state !== 'stopped', problems }
  if (answer.state === 'running') found.status = answer.status
  try {
    const waiting = waitingRecords(data)
    if (waiting) found.waiting = waiting
  } catch (error) {
    problems.push((error as Error).message)
  }
  return found
}
