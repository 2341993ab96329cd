DROP TABLE incident_pictures, incident_comments, incidents;
