import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

/** The wire's message types, read from gridpatrol.proto: the file is the contract, nothing is generated. */
const root = protobuf.loadSync(fileURLToPath(new URL('../gridpatrol.proto', import.meta.url)))

function type(name: string): protobuf.Type {
  return root.lookupType(`gridpatrol.v1.${name}`)
}

export const EnvelopeType = type('Envelope')
export const FixBatchType = type('FixBatch')
export const ReadingBatchType = type('ReadingBatch')
export const CaseReportType = type('CaseReport')
export const PhotoPartType = type('PhotoPart')
export const HealthType = type('Health')
export const DownType = type('Down')
export const PresenceType = type('Presence')

/** Field number in FixBatch by its name on the wire, for the bitmaps of absent values. */
export const fixBatchField = (camelName: string): number => FixBatchType.fields[camelName]!.id
