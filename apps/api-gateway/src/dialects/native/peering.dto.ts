import { ApiProperty } from '@nestjs/swagger';
import {
  OPERATION_KINDS,
  OPERATION_STATES,
  type OperationKind,
  type OperationState,
  PEERING_STATES,
  type PeeringIntent,
  type PeeringState,
} from '@isthmus/model';

export class PeeringLabelBody {
  @ApiProperty()
  key!: string;

  @ApiProperty()
  value!: string;
}

export class PeeringChangeBody {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ enum: PEERING_STATES, nullable: true, description: 'Null for the first.' })
  from!: PeeringState | null;

  @ApiProperty({ enum: PEERING_STATES })
  to!: PeeringState;

  @ApiProperty({ description: 'One sentence a person can act on.' })
  reason!: string;
}

export class PeeringOperationBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  kind!: OperationKind;

  @ApiProperty({ enum: OPERATION_STATES })
  state!: OperationState;
}

export class PeeringDetailsBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: [PeeringLabelBody] })
  labels!: PeeringLabelBody[];

  @ApiProperty({ enum: ['active', 'disabled'], description: 'What its owner wants.' })
  intent!: PeeringIntent;

  @ApiProperty({ enum: PEERING_STATES })
  state!: PeeringState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is not active, and what to do.' })
  stateReason!: string | null;

  @ApiProperty({ format: 'uuid' })
  localNetworkId!: string;

  @ApiProperty({ type: [String] })
  localCidrs!: string[];

  @ApiProperty({ format: 'uuid' })
  peerNetworkId!: string;

  @ApiProperty({ type: [String], nullable: true, description: 'Null until the peer has made its own side.' })
  peerCidrs!: string[] | null;

  @ApiProperty({ type: [PeeringChangeBody], description: 'As it is told by the service that keeps it.' })
  history!: PeeringChangeBody[];

  @ApiProperty({ type: [PeeringOperationBody], description: 'The latest 20, the newest first.' })
  operations!: PeeringOperationBody[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}
