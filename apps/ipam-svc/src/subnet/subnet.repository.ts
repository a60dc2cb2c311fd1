import { Injectable } from '@nestjs/common';
import { type Queryable, selectList, type Tx } from '@isthmus/db';
import type { RehomeSubnets, SubnetPlacement } from '@isthmus/contracts';
import type { SubnetCapacity } from '@isthmus/model';
import type { SubnetShape } from './subnet-shape';
import { Subnet } from './subnet.entity';

export type SubnetRow = Subnet;

/** A subnet to be, without its shape. */
export interface NewSubnet extends SubnetPlacement {
  id: string;
  projectId: string;
  requestId: string;
}

/** An address that keeps its subnet from taking another shape. */
export interface Misfit {
  address: string;
  ownerType: string | null;
  ownerId: string | null;
}

const COLUMNS = selectList(Subnet, 's');

/** `$1` is a subnet row as JSON, without its times. */
const NEW_ROW = `jsonb_populate_record(NULL::ipam.subnet,
  $1::jsonb || jsonb_build_object('created_at', now(), 'updated_at', now()))`;

/** SQL of subnets; the placing itself is in the functions of the migration. */
@Injectable()
export class SubnetRepository {
  /** False when the id, or a subnet that overlaps, is there already. */
  async add(tx: Tx, subnet: NewSubnet, shape: SubnetShape): Promise<boolean> {
    const sql = `SELECT ipam.add_subnet(${NEW_ROW}) AS "isAdded"`;
    const [row] = await tx.query<{ isAdded: boolean }>(sql, [rowOf(subnet, shape)]);
    return row?.isAdded === true;
  }

  /** Places it in the next free IPv4 block. False when the id is in use, null when no block is left. */
  async addNextBlock(tx: Tx, subnet: NewSubnet, prefixLength: number): Promise<boolean | null> {
    const sql = `SELECT ipam.add_next_block(${NEW_ROW}, $2) AS "isAdded"`;
    const [row] = await tx.query<{ isAdded: boolean | null }>(sql, [rowOf(subnet), prefixLength]);
    return row?.isAdded ?? null;
  }

  /** A subnet that a block could not lie beside. */
  async findOverlapping(db: Queryable, placement: SubnetPlacement, cidr: string): Promise<SubnetRow | undefined> {
    const { vpcId, privateNetworkId, isJoined } = placement;
    const sql = `SELECT ${COLUMNS} FROM ipam.overlapping($1, $2, $3, $4) s WHERE s.id IS NOT NULL`;
    const [row] = await db.query<SubnetRow>(sql, [vpcId, privateNetworkId, isJoined, cidr]);
    return row;
  }

  /** A subnet of another network of the VPC that a block of a joined network could not lie beside. */
  async findNeighbour(
    db: Queryable,
    projectId: string,
    { vpcId, privateNetworkId, isJoined }: RehomeSubnets,
    cidr: string,
  ): Promise<SubnetRow | undefined> {
    const [row] = await db.query<SubnetRow>(
      `SELECT ${COLUMNS} FROM ipam.subnet s
        WHERE $4 AND s.vpc_id = $2 AND s.is_joined AND s.cidr && $5::cidr AND s.private_network_id <> $3
          AND s.project_id = $1 LIMIT 1`,
      [projectId, vpcId, privateNetworkId, isJoined, cidr],
    );
    return row;
  }

  async find(db: Queryable, projectId: string, id: string): Promise<SubnetRow | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ipam.subnet s WHERE s.id = $2 AND s.project_id = $1`;
    const [row] = await db.query<SubnetRow>(sql, [projectId, id]);
    return row;
  }

  async exists(db: Queryable, id: string): Promise<boolean> {
    return (await db.query('SELECT FROM ipam.subnet WHERE id = $1', [id])).length > 0;
  }

  /** Oldest first. */
  listOfNetworks(db: Queryable, projectId: string, privateNetworkIds: string[]): Promise<SubnetRow[]> {
    return db.query<SubnetRow>(
      `SELECT ${COLUMNS} FROM ipam.subnet s WHERE s.private_network_id = ANY ($2) AND s.project_id = $1
        ORDER BY s.created_at, family(s.cidr), s.id`,
      [projectId, privateNetworkIds],
    );
  }

  listOfVpc(db: Queryable, projectId: string, vpcId: string): Promise<SubnetRow[]> {
    const sql = `SELECT ${COLUMNS} FROM ipam.subnet s WHERE s.vpc_id = $2 AND s.project_id = $1`;
    return db.query<SubnetRow>(sql, [projectId, vpcId]);
  }

  /** The pools of a zone. */
  listOfZone(db: Queryable, zone: string): Promise<SubnetRow[]> {
    return db.query<SubnetRow>(`SELECT ${COLUMNS} FROM ipam.subnet s WHERE s.zone = $1`, [zone]);
  }

  /** The network's subnets of a family, against every booking and release until the end of the transaction. */
  lockOfNetwork(tx: Tx, projectId: string, privateNetworkId: string, family: number): Promise<SubnetRow[]> {
    return tx.query<SubnetRow>(
      `SELECT ${COLUMNS} FROM ipam.subnet s
        WHERE s.private_network_id = $2 AND s.project_id = $1 AND family(s.cidr) = $3 ORDER BY s.id FOR UPDATE`,
      [projectId, privateNetworkId, family],
    );
  }

  /** The network's subnets of both families, against every booking and release until the end of the transaction. */
  lockAllOfNetwork(tx: Tx, projectId: string, privateNetworkId: string): Promise<SubnetRow[]> {
    return tx.query<SubnetRow>(
      `SELECT ${COLUMNS} FROM ipam.subnet s
        WHERE s.private_network_id = $2 AND s.project_id = $1 ORDER BY s.id FOR UPDATE`,
      [projectId, privateNetworkId],
    );
  }

  async lock(tx: Tx, projectId: string, id: string): Promise<SubnetRow | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ipam.subnet s WHERE s.id = $2 AND s.project_id = $1 FOR UPDATE`;
    const [row] = await tx.query<SubnetRow>(sql, [projectId, id]);
    return row;
  }

  /** The lowest used address of the subnet that another shape has no place for. */
  async findMisfit(tx: Tx, subnetId: string, shape: SubnetShape): Promise<Misfit | undefined> {
    const [row] = await tx.query<Misfit>(
      `SELECT host(a.address) AS address, a.owner_type AS "ownerType", a.owner_id AS "ownerId" FROM ipam.address a
        WHERE a.subnet_id = $1
          AND (NOT a.address << $2::cidr OR ipam.held_for($2::cidr, $3::inet, a.address) IS NOT NULL)
        ORDER BY a.address LIMIT 1`,
      [subnetId, shape.cidr, shape.gateway],
    );
    return row;
  }

  /** Keeps how a subnet looks now, for the undo of the request that changes it. */
  async noteShape(tx: Tx, projectId: string, subnetId: string, requestId: string): Promise<void> {
    await tx.execute(
      `INSERT INTO ipam.undo_note (request_id, project_id, kind, data)
       SELECT $3, $1, 'shape', jsonb_build_array(to_jsonb(s)) FROM ipam.subnet s WHERE s.id = $2`,
      [projectId, subnetId, requestId],
    );
  }

  /** False when it would overlap another. `requestId` is the reshape that gives it this shape, or null. */
  async setShape(tx: Tx, id: string, shape: SubnetShape, requestId: string | null): Promise<boolean> {
    const sql = `SELECT ipam.set_shape(jsonb_populate_record(NULL::ipam.subnet, $1::jsonb)) AS "isSet"`;
    const columns = JSON.stringify({ id, ...shapeColumns(shape), shaped_by_request: requestId });
    const [row] = await tx.query<{ isSet: boolean }>(sql, [columns]);
    return row?.isSet === true;
  }

  /** Answers the block of one that has an address booked or attached: roll back then. */
  async remove(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<string | undefined> {
    const sql = `SELECT ipam.remove_subnets($1, $2, $3) AS "usedCidr"`;
    const [row] = await tx.query<{ usedCidr: string | null }>(sql, [projectId, ids, requestId]);
    return row?.usedCidr ?? undefined;
  }

  /** Answers a block that would overlap another of the VPC: roll back then. */
  async rehome(tx: Tx, projectId: string, to: RehomeSubnets, requestId: string): Promise<string | undefined> {
    const sql = 'SELECT ipam.rehome_subnets($1, $2, $3, $4, $5) AS "takenCidr"';
    const values = [projectId, to.privateNetworkId, to.vpcId, to.isJoined, requestId];
    return (await tx.query<{ takenCidr: string | null }>(sql, values))[0]?.takenCidr ?? undefined;
  }

  /** False when an address in them is booked or attached. */
  async release(tx: Tx, projectId: string, privateNetworkId: string, requestId: string): Promise<boolean> {
    const sql = `SELECT ipam.release_subnets($1, $2, $3) AS "isReleased"`;
    const [row] = await tx.query<{ isReleased: boolean }>(sql, [projectId, privateNetworkId, requestId]);
    return row?.isReleased === true;
  }

  /**
   * Counts a subnet: every address is free (in an interval), used (a row) or held. Each is counted by itself, so that
   * their sum says whether the books balance.
   */
  async capacity(db: Queryable, projectId: string, id: string): Promise<SubnetCapacity | undefined> {
    const [row] = await db.query<SubnetCapacity>(
      `SELECT s.id AS "subnetId",
              trunc(power(2::numeric, CASE family(s.cidr) WHEN 4 THEN 32 ELSE 128 END - masklen(s.cidr)))::text AS total,
              (SELECT count(*) FROM ipam.address a WHERE a.subnet_id = s.id)::text AS used,
              (CASE family(s.cidr) WHEN 4 THEN 2 ELSE 1 END + num_nonnulls(s.gateway))::text AS held,
              (SELECT coalesce(sum(ipam.number_of(f.hi) - ipam.number_of(f.lo) + 1), 0)
                 FROM ipam.free_interval f WHERE f.subnet_id = s.id)::text AS free
         FROM ipam.subnet s WHERE s.id = $2 AND s.project_id = $1`,
      [projectId, id],
    );
    return row;
  }

  /** A subnet or pool and how many addresses are free in it, counted cheaply when few are: a full subnet has few intervals. */
  async findWithFree(db: Queryable, id: string): Promise<(SubnetRow & { free: string }) | undefined> {
    const [row] = await db.query<SubnetRow & { free: string }>(
      `SELECT ${COLUMNS}, (SELECT coalesce(sum(ipam.number_of(f.hi) - ipam.number_of(f.lo) + 1), 0)
                             FROM ipam.free_interval f WHERE f.subnet_id = s.id)::text AS free
         FROM ipam.subnet s WHERE s.id = $1`,
      [id],
    );
    return row;
  }
}

function shapeColumns(shape: SubnetShape): Record<string, unknown> {
  return { cidr: shape.cidr, range_start: shape.rangeStart, range_end: shape.rangeEnd, gateway: shape.gateway };
}

function rowOf(subnet: NewSubnet, shape?: SubnetShape): string {
  return JSON.stringify({
    id: subnet.id,
    project_id: subnet.projectId,
    private_network_id: subnet.privateNetworkId,
    vpc_id: subnet.vpcId,
    region: subnet.region,
    is_joined: subnet.isJoined,
    created_by_request: subnet.requestId,
    ...(shape && shapeColumns(shape)),
  });
}
