//! Pontavel: a town that does not exist, and the people in it.

use super::demand::Trade;

/// What every invented e-mail address ends in.
pub(super) const DOMAIN: &str = "pontavel.example";

/// Name, trade and street of each shop.
pub(super) const SHOPS: [(&str, Trade, &str); 12] = [
    ("Le Four du Pignon", Trade::Bakery, "2 place du Pignon"),
    ("Boulangerie Trois Rayons", Trade::Bakery, "17 rue des Trois Rayons"),
    ("Chez Odette", Trade::Kitchen, "5 quai des Tanneurs"),
    ("The Wobbly Spoon", Trade::Kitchen, "41 rue de la Louche"),
    ("Ramen Bicyclette", Trade::Kitchen, "8 passage du Guidon"),
    ("Blue Kettle Curry", Trade::Kitchen, "23 rue du Safran"),
    ("La Tarte Volante", Trade::Kitchen, "12 rue des Cerfs-volants"),
    ("Saffron & Sons", Trade::Kitchen, "30 boulevard des Platanes"),
    ("Pizzeria Roue Libre", Trade::Kitchen, "3 rue Roue-Libre"),
    ("Night Owl Noodles", Trade::Late, "66 rue du Hibou"),
    ("Petal & Stem", Trade::Counter, "9 cours des Glycines"),
    ("Ferme des Deux Saules", Trade::Counter, "chemin des Deux Saules"),
];

/// Name and vehicle of each courier.
pub(super) const COURIERS: [(&str, &str); 10] = [
    ("Ada Fontaine", "bike"),
    ("Bastien Quill", "bike"),
    ("Chiara Delorme", "cargo_bike"),
    ("Dov Marchetti", "bike"),
    ("Élise Thornbury", "bike"),
    ("Farid Lacombe", "bike"),
    ("Greta Vasseur", "cargo_bike"),
    ("Hugo Pennington", "bike"),
    ("Imane Rousselot", "bike"),
    ("Jules Abernathy", "bike"),
];

/// Streets in which customers live.
pub(super) const STREETS: [&str; 10] = [
    "rue des Lanternes",
    "rue du Vieux Lavoir",
    "allée des Merles",
    "rue de l'Écluse",
    "impasse du Grelot",
    "rue des Quatre Vents",
    "avenue du Belvédère",
    "rue de la Dynamo",
    "sentier des Mûres",
    "place de l'Horloge",
];

/// Customers, as written on a doorbell.
pub(super) const CUSTOMERS: [&str; 10] = [
    "M. Aubertin",
    "Mme Bellamy",
    "C. Dufresne",
    "N. Okonjo",
    "Famille Perrault",
    "S. Whitlock",
    "T. Marangoni",
    "L. Szabó",
    "Atelier Corail",
    "Dr Hollis",
];
