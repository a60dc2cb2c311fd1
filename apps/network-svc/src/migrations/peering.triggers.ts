/**
 * Every fact that a peering depends on leaves a row in `peering_check`, in the transaction that changes it: as a trigger,
 * so that no saga, present or to come, can forget to. A subnet's change ends with its network becoming active again.
 */
export const PEERING_TRIGGERS = `
  CREATE FUNCTION network.check_peerings_of_network() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM network.peering WHERE local_network_id = OLD.id)
       OR EXISTS (SELECT FROM network.peering WHERE peer_network_id = OLD.id) THEN
      INSERT INTO network.peering_check (network_id) VALUES (OLD.id);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER peering_check AFTER UPDATE ON network.private_network FOR EACH ROW
    WHEN (ROW (OLD.vpc_id, OLD.former_vpc_id, OLD.connectivity)
            IS DISTINCT FROM ROW (NEW.vpc_id, NEW.former_vpc_id, NEW.connectivity)
          OR (NEW.state = 'active' AND OLD.state <> 'active'))
    EXECUTE FUNCTION network.check_peerings_of_network();
  CREATE TRIGGER peering_check_deleted AFTER DELETE ON network.private_network FOR EACH ROW
    EXECUTE FUNCTION network.check_peerings_of_network();

  CREATE FUNCTION network.check_peerings_of_vpc() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO network.peering_check (vpc_id) VALUES (NEW.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER peering_check AFTER UPDATE ON network.vpc FOR EACH ROW
    WHEN (OLD.is_routing_enabled <> NEW.is_routing_enabled)
    EXECUTE FUNCTION network.check_peerings_of_vpc();

  CREATE FUNCTION network.check_peering() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' THEN
      INSERT INTO network.peering_check (peering_id)
        SELECT r.id FROM network.peering r
         WHERE r.local_network_id = OLD.peer_network_id AND r.peer_network_id = OLD.local_network_id;
    ELSE
      INSERT INTO network.peering_check (peering_id) VALUES (NEW.id);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER peering_check AFTER DELETE OR UPDATE OF intent, is_confirmed ON network.peering FOR EACH ROW
    EXECUTE FUNCTION network.check_peering();

  CREATE FUNCTION network.check_peerings_of_link() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO network.peering_check (peering_id) VALUES (coalesce(NEW.low_id, OLD.low_id));
    RETURN NULL;
  END $$;
  CREATE TRIGGER peering_check AFTER DELETE OR UPDATE OF phase ON network.peering_link FOR EACH ROW
    EXECUTE FUNCTION network.check_peerings_of_link();

  -- A route that is gone may have been in the way of others.
  CREATE FUNCTION network.check_overlapping_peerings() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO network.peering_check (peering_id)
      SELECT p.id FROM network.private_network n JOIN network.peering p ON p.local_network_id = n.id
       WHERE n.vpc_id = OLD.vpc_id AND p.state = 'subnets-overlap';
    RETURN NULL;
  END $$;
  CREATE TRIGGER peering_check AFTER DELETE ON network.peering_route FOR EACH ROW
    EXECUTE FUNCTION network.check_overlapping_peerings();`;
