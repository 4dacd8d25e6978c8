import { Command } from 'commander'
import { detectNmeaBaud } from '../edge/serial/detect-baud.ts'
import { type ListedPort, listPorts } from '../edge/serial/list-ports.ts'
import { openSerialPort } from '../edge/serial/open-serial-port.ts'

/** `ports`: what may stand as `path:` and `baud:` in the configuration of an edge. */

export function portsCommand(): Command {
  return new Command('ports')
    .description('the serial ports of this machine, and who uses them')
    .option('--baud <path>', 'find the baud rate of the NMEA receiver at this port instead (opens it)')
    .option('--json', 'as JSON')
    .action(async (options: { baud?: string; json?: true }) => {
      if (options.baud === undefined) await printPorts(options.json)
      else await printBaud(options.baud, options.json)
    })
}

async function printPorts(json: true | undefined): Promise<void> {
  const ports = await listPorts()
  if (json) console.log(JSON.stringify({ ports }, undefined, 2))
  else if (ports.length === 0)
    console.error('no serial ports: plug the adapter in; in a container, hand its device file in')
  else console.log(portsTable(ports))
}

async function printBaud(path: string, json: true | undefined): Promise<void> {
  const onTry = (baud: number): void => console.error(`${path}: listening at ${baud} baud`)
  const baud = await detectNmeaBaud(openSerialPort, path, { onTry })
  if (baud === undefined)
    throw new Error(`${path}: no NMEA sentences at any usual baud rate: is it a receiver, and has it power?`)
  console.log(json ? JSON.stringify({ path, baud }) : baud)
}

/** One line a port, the stable name last. */
export function portsTable(ports: ListedPort[]): string {
  const rows = [
    ['PATH', 'USE', 'USB', 'MANUFACTURER', 'BY-ID'],
    ...ports.map(({ path, use, usedBy, vendorId, productId, manufacturer, byId }) => [
      path,
      usedBy === undefined ? use : `${use}: ${usedBy}`,
      vendorId === undefined ? '-' : `${vendorId}:${productId ?? '?'}`,
      manufacturer ?? '-',
      byId ?? '-',
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
