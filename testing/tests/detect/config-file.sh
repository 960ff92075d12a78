# @TEST-DOC: A file of the configuration framework sets options of each type while Zeek runs; one that is no use is refused.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: grep -q "Control_Plane::services: 'nonsense' is not PORT/tcp=NAME" said

cat >detect.dat <<'END'
Pod_Scan::port_threshold	4
Pod_Scan::window	60
Pod_Scan::allowed_roles	scraper,our_scanner
Pod_Scan::k8s_ports	2379/tcp,10250/tcp
Cloud_Metadata::endpoints	169.254.169.254,fd00:ec2::254
Cloud_Metadata::credential_paths	/secret/
Container_Runtime_API::allowed_clients	192.0.2.0/24
Control_Plane::services	9000/tcp=console
DNS_Recon::cluster_domain	k8s.example.org
Kubelet::enabled	F
END

cat >show.zeek <<'END'
@load zeek-k8s/detect

redef exit_only_after_terminate = T;
redef Config::config_files += { "detect.dat" };

event show()
	{
	print Pod_Scan::port_threshold, Pod_Scan::window;
	print |Pod_Scan::allowed_roles|, "our_scanner" in Pod_Scan::allowed_roles;
	print |Pod_Scan::k8s_ports|, 10250/tcp in Pod_Scan::k8s_ports;
	print |Cloud_Metadata::endpoints|, [fd00:ec2::254] in Cloud_Metadata::endpoints;
	print Cloud_Metadata::credential_paths in "/a/secret";
	print 192.0.2.9 in Container_Runtime_API::allowed_clients;
	print Control_Plane::services;
	print DNS_Recon::cluster_domain;
	print Kubelet::enabled;
	print Config::set_value("Control_Plane::services", set("nonsense")), Control_Plane::services;
	terminate();
	}

# The last line of the file has been read.
function on_last(id: string, value: bool): bool
	{
	schedule 100msec { show() };
	return value;
	}

event zeek_init()
	{
	Option::set_change_handler("Kubelet::enabled", on_last);
	}
END

zeek show.zeek >output 2>said
