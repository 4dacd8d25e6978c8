import type { EdgeConfig } from '../config.ts'
import type { WatchedComponent } from '../faults/fault-config.ts'

type Configured = Pick<EdgeConfig, 'components' | 'ports'>

/**
 * The components with everything that is measured at them: by channels of a board, and by registers, nodes and
 * patterns of ports that name the component themselves.
 */
export function measuredComponents({ components, ports }: Configured): WatchedComponent[] {
  const named = ports.flatMap((port) => namedBy(port).map((measured) => ({ ...measured, port: port.name })))
  return components.map((component) => ({
    ...component,
    sensors: [...component.sensors, ...named.filter((measured) => measured.component === component.code)],
  }))
}

function namedBy(port: EdgeConfig['ports'][number]): { component: string; metric: string }[] {
  switch (port.driver) {
    case 'modbus':
      return port.registers
    case 'line':
      return port.patterns.flatMap(({ readings }) => readings)
    case 'node-frames':
      return port.nodes.flatMap(({ battery, samples }) => (battery ? [battery, ...samples] : samples))
    default:
      return []
  }
}
